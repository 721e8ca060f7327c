// SPDX-License-Identifier: Apache-2.0
package io.sightline.local;

import io.sightline.local.FaultPlan.Place;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;

/**
 * A sink whose commits fail as a plan has it, and which is the given sink in everything else. It is
 * a proxy, because Flink asks a sink which interfaces it has.
 */
record FaultyCommits(Sink<?> sink, String plan, Place before, Place after)
    implements InvocationHandler, Serializable {

  @SuppressWarnings("unchecked") // the proxy has all interfaces of the sink
  static <T> Sink<T> around(Sink<T> sink, FaultPlan plan, Place before, Place after) {
    return (Sink<T>)
        Proxy.newProxyInstance(
            FaultyCommits.class.getClassLoader(),
            sink.getClass().getInterfaces(),
            new FaultyCommits(sink, plan.id(), before, after));
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    Object result;
    try {
      result = method.invoke(sink, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    if (!method.getName().equals("createCommitter")) {
      return result;
    }
    int subtask = ((CommitterInitContext) arguments[0]).getTaskInfo().getIndexOfThisSubtask();
    return new FaultyCommitter<>((Committer<?>) result, subtask);
  }

  private final class FaultyCommitter<C> implements Committer<C> {

    private final Committer<C> committer;
    private final int subtask;

    FaultyCommitter(Committer<C> committer, int subtask) {
      this.committer = committer;
      this.subtask = subtask;
    }

    @Override
    public void commit(Collection<CommitRequest<C>> requests)
        throws IOException, InterruptedException {
      if (!requests.isEmpty()) {
        FaultPlan.of(plan).strike(before, subtask);
      }
      committer.commit(requests);
      if (!requests.isEmpty()) {
        FaultPlan.of(plan).strike(after, subtask);
      }
    }

    @Override
    public void close() throws Exception {
      committer.close();
    }
  }
}
