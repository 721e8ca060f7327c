// SPDX-License-Identifier: Apache-2.0
/** Model folders: graph header, preprocessing, labels, fingerprint. */
@NullMarked
package io.sightline.model;

import org.jspecify.annotations.NullMarked;
