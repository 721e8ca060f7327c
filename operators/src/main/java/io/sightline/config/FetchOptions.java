// SPDX-License-Identifier: Apache-2.0
package io.sightline.config;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/** The {@code fetch.*} options: how the bytes of an image are brought. */
public final class FetchOptions {

  public static final ConfigOption<List<String>> SCHEMES =
      ConfigOptions.key("fetch.schemes")
          .stringType()
          .asList()
          .defaultValues("file", "http", "https")
          .withDescription(
              "URI schemes that are fetched; an image under any other is rejected. Schemes of Flink"
                  + " file systems (s3, gs, hdfs ...) need their plugin. Leave file out where"
                  + " producers are not trusted with the TaskManager's own files.");

  public static final ConfigOption<MemorySize> MAX_BYTES =
      ConfigOptions.key("fetch.max-bytes")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(32))
          .withDescription(
              "Largest image that is fetched, in its encoded form; a larger one is rejected.");

  public static final ConfigOption<Duration> CONNECT_TIMEOUT =
      ConfigOptions.key("fetch.connect-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(5))
          .withDescription("How long an HTTP connection may take to be made.");

  public static final ConfigOption<Duration> TIMEOUT =
      ConfigOptions.key("fetch.timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(10))
          .withDescription(
              "How long one image may take to be fetched, from the request to its last byte.");

  public static final ConfigOption<Duration> PATIENCE =
      ConfigOptions.key("fetch.patience")
          .durationType()
          .defaultValue(Duration.ofSeconds(30))
          .withDescription(
              "How long an image is asked for again whose store is down, counted from the first"
                  + " failure, with growing pauses of 100 ms to 5 s, or as Retry-After says. Down is"
                  + " what may pass by itself: no connection, a failed TLS handshake, a connection that"
                  + " breaks off, fetch.timeout, the statuses 408, 429, 500, 502, 503, 504, 520 to 526"
                  + " and 530, and errors of a file system other than not found and forbidden. 0 s"
                  + " asks once.");

  public static final ConfigOption<OutageSettings.OnUnavailable> ON_UNAVAILABLE =
      ConfigOptions.key("fetch.on-unavailable")
          .enumType(OutageSettings.OnUnavailable.class)
          .defaultValue(OutageSettings.OnUnavailable.FAIL)
          .withDescription(
              "What becomes of an image whose store is still down when fetch.patience is over: fail"
                  + " (the task fails, and Flink starts it again by its restart strategy, so that"
                  + " nothing is rejected and nothing lost, and nothing goes on meanwhile), retry"
                  + " (the reference goes to retries.topic, from which the job takes it again after"
                  + " fetch.retry-delay, and others go on; in classify alone) or reject. A reference"
                  + " to a dead host never fails a job that has work: a host is down only where it"
                  + " has delivered an image to this slot or before its last restart (the last 1000"
                  + " such hosts are known), or no host has yet nor any image come inline, and where"
                  + " it delivers no others meanwhile. Any other image is rejected when its patience"
                  + " is over.");

  public static final ConfigOption<Duration> RETRY_DELAY =
      ConfigOptions.key("fetch.retry-delay")
          .durationType()
          .defaultValue(Duration.ofSeconds(30))
          .withDescription(
              "With fetch.on-unavailable: retry, how long a reference is parked before its store is"
                  + " asked again. It doubles with each round, up to 10 min or to this where it is"
                  + " more, and up to a quarter is added at random.");

  public static final ConfigOption<Duration> RETRY_FOR =
      ConfigOptions.key("fetch.retry-for")
          .durationType()
          .defaultValue(Duration.ofDays(1))
          .withDescription(
              "With fetch.on-unavailable: retry, how long after its first round a reference may be"
                  + " parked again; then it is rejected, with all its attempts.");

  public static final ConfigOption<Integer> THREADS =
      ConfigOptions.key("fetch.threads")
          .intType()
          .defaultValue(4)
          .withDescription(
              "Threads a slot that read from Flink file systems, which block: as many images can be"
                  + " on their way from such a store at once. They are at work where reads take"
                  + " longer than a millisecond; else one is. HTTP does not use them.");

  private FetchOptions() {}

  static FetchSettings read(OptionReader options) {
    return new FetchSettings(
        schemes(options),
        options.bytes(MAX_BYTES),
        options.positive(CONNECT_TIMEOUT),
        options.positive(TIMEOUT),
        new OutageSettings(
            options.get(PATIENCE),
            options.get(ON_UNAVAILABLE),
            options.positive(RETRY_DELAY),
            options.positive(RETRY_FOR)),
        options.atLeast(THREADS, 1),
        options.longBytes(ClassifyOptions.MAX_INFLIGHT_BYTES));
  }

  private static Set<String> schemes(OptionReader options) {
    Set<String> schemes = new TreeSet<>();
    for (String scheme : options.list(SCHEMES)) {
      if (!scheme.matches("[A-Za-z][A-Za-z0-9+.-]*")) {
        options.invalid(SCHEMES, "must be a list of URI schemes such as https");
      }
      schemes.add(scheme.toLowerCase(Locale.ROOT));
    }
    return schemes;
  }
}
