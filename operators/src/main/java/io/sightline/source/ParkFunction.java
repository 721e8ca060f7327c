// SPDX-License-Identifier: Apache-2.0
package io.sightline.source;

import static java.util.Objects.requireNonNull;

import io.sightline.metrics.MetricNames;
import io.sightline.schemas.ImageReference;
import io.sightline.schemas.Retry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Parks references in keyed state until their {@code not_before}, by the clock of the machine, and
 * then lets them go on. The key is the reference's id, which several may have. After a restore
 * those whose time came meanwhile go on at once.
 */
public final class ParkFunction extends KeyedProcessFunction<String, Retry, ImageReference> {

  private transient @Nullable ListState<Retry> parked;
  private transient @Nullable Counter comings;
  private transient @Nullable Counter goings;

  @Override
  public void open(OpenContext context) {
    parked =
        getRuntimeContext()
            .getListState(new ListStateDescriptor<>("parked", TypeInformation.of(Retry.class)));
    comings = getRuntimeContext().getMetricGroup().counter(MetricNames.NUM_REFERENCES_PARKED);
    goings = getRuntimeContext().getMetricGroup().counter(MetricNames.NUM_REFERENCES_RETURNED);
  }

  @Override
  public void processElement(Retry retry, Context context, Collector<ImageReference> out)
      throws Exception {
    requireNonNull(comings).inc();
    requireNonNull(parked).add(retry);
    // At once where its time has come already: Flink fires what lies in the past.
    context.timerService().registerProcessingTimeTimer(retry.getNotBefore().toEpochMilli());
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ImageReference> out)
      throws Exception {
    ListState<Retry> parked = requireNonNull(this.parked);
    Instant now = Instant.ofEpochMilli(timestamp);
    List<Retry> waiting = new ArrayList<>();
    for (Retry retry : parked.get()) {
      if (retry.getNotBefore().isAfter(now)) {
        waiting.add(retry);
      } else {
        requireNonNull(goings).inc();
        out.collect(retry.getReference());
      }
    }
    parked.update(waiting);
  }
}
