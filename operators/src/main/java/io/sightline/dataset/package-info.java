// SPDX-License-Identifier: Apache-2.0
/** Folders of images and their labels. */
@NullMarked
package io.sightline.dataset;

import org.jspecify.annotations.NullMarked;
