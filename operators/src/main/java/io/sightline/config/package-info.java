// SPDX-License-Identifier: Apache-2.0
/** Every option, by stage, and the checked settings that the other rooms take. */
@NullMarked
package io.sightline.config;

import org.jspecify.annotations.NullMarked;
