// SPDX-License-Identifier: Apache-2.0
package io.sightline.metrics;

/**
 * Names of all metrics and of their labels. A label is a group with a key and a value: {@code
 * <operator>.stage.<stage>.reason.<reason>.numImagesRejected}, {@code
 * <operator>.model.<name>.provider.<provider>.batchSize}.
 */
public final class MetricNames {

  /** Counter: records and images rejected, with the labels {@link #STAGE} and {@link #REASON}. */
  public static final String NUM_IMAGES_REJECTED = "numImagesRejected";

  /** Counter: images that ended as an event. */
  public static final String NUM_IMAGES_CLASSIFIED = "numImagesClassified";

  /** Histogram: images in a batch when it was run. */
  public static final String BATCH_SIZE = "batchSize";

  /** Histogram: milliseconds from the reservation of a batch's oldest row to its scores. */
  public static final String BATCH_LATENCY_MS = "batchLatencyMs";

  /** Gauge: batches that are running, or wait for their device. */
  public static final String INFLIGHT_BATCHES = "inflightBatches";

  /** Counter: batches that failed as a whole, whose images were run one by one. */
  public static final String NUM_BATCHES_FAILED = "numBatchesFailed";

  /** Histogram: milliseconds that the session took for a batch. */
  public static final String INFERENCE_TIME_MS = "inferenceTimeMs";

  /** Histogram: milliseconds from the entry of a reference to its bytes. */
  public static final String FETCH_TIME_MS = "fetchTimeMs";

  /** Histogram: milliseconds for probe, decode and preprocessing of an image. */
  public static final String DECODE_TIME_MS = "decodeTimeMs";

  /** Histogram: milliseconds that fetched bytes waited for a worker. */
  public static final String QUEUE_TIME_MS = "queueTimeMs";

  /** Histogram: milliseconds from {@code submitted_at} to the event. */
  public static final String EVENT_AGE_MS = "eventAgeMs";

  /** Gauge: bytes fetched, inline bytes not counted. */
  public static final String BYTES_FETCHED = "bytesFetched";

  /** Gauge: attempts to fetch an image that were not its first. */
  public static final String NUM_FETCH_RETRIES = "numFetchRetries";

  /** Counter: references that the classifier sent to the retry topic. */
  public static final String NUM_REFERENCES_RETRIED = "numReferencesRetried";

  /** Counter: references that came from the retry topic to be parked. */
  public static final String NUM_REFERENCES_PARKED = "numReferencesParked";

  /** Counter: parked references that were given to the classifier again. */
  public static final String NUM_REFERENCES_RETURNED = "numReferencesReturned";

  /** Gauge: images that wait now until their store is asked again. */
  public static final String FETCHES_WAITING = "fetchesWaiting";

  /** Gauge: encoded bytes held at once, fetched and inline. */
  public static final String INFLIGHT_BYTES = "inflightBytes";

  /** Gauge: milliseconds that the session took to open and warm up. */
  public static final String SESSION_INIT_MS = "sessionInitMs";

  /**
   * Gauge: share of the workers' time spent on images and batches since it was last read, 0 to 1.
   */
  public static final String WORKER_BUSY_RATIO = "workerBusyRatio";

  /** Counter: labelled images that count for an evaluation. */
  public static final String NUM_IMAGES_EVALUATED = "numImagesEvaluated";

  /** Counter: images and rejections that came after their window, and count for no window. */
  public static final String NUM_OUTCOMES_LATE = "numOutcomesLate";

  /**
   * Counter: images and rejections of another model that were still on their way when the job was
   * restored with this one, and count for no report.
   */
  public static final String NUM_OUTCOMES_SET_ASIDE = "numOutcomesSetAside";

  /** Counter: images whose label did not come in time. */
  public static final String NUM_LABELS_EXPIRED = "numLabelsExpired";

  /** Counter: labels whose image did not come in time. */
  public static final String NUM_LABELS_UNMATCHED = "numLabelsUnmatched";

  /** Counter: labels after the first for the same image, not long after or before it. */
  public static final String NUM_LABELS_REPEATED = "numLabelsRepeated";

  /** Label: stage that rejected. */
  public static final String STAGE = "stage";

  /** Label: reason of the rejection. */
  public static final String REASON = "reason";

  /** Label: name of the model. */
  public static final String MODEL = "model";

  /** Label: execution provider of the session. */
  public static final String PROVIDER = "provider";

  private MetricNames() {}
}
