// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

/**
 * A value of the configuration as it may be shown to a user.
 *
 * @param key of the option
 * @param value as text, with secrets masked; empty where the option is not set
 * @param origin where it comes from: a file and line, a flag, "default", or what it is derived from
 */
public record ResolvedOption(String key, String value, String origin) {}
