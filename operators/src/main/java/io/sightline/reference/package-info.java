// SPDX-License-Identifier: Apache-2.0
/** References: parsing, identity, and the reasons of a rejection. */
@NullMarked
package io.sightline.reference;

import org.jspecify.annotations.NullMarked;
