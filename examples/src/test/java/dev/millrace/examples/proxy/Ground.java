package dev.millrace.examples.proxy;

import dev.millrace.Connector;
import dev.millrace.SocketSettings;
import dev.millrace.sim.SimHost;
import dev.millrace.sim.Trial;
import java.net.InetSocketAddress;

/** A proxy in the simulated network, under the watch of a trial in both directions. */
final class Ground {
  static final int PORT = 9_000;

  private Ground() {}

  static ProxyService proxy(Trial trial, ProxySettings settings) {
    trial.limits(settings.limits());
    trial.timeouts(settings.timeouts());
    ProxyService service =
        new ProxyService(
            settings,
            (side, record) -> {},
            (loop, to, handler) ->
                Connector.connect(
                    loop,
                    to,
                    settings.connectTimeout(),
                    trial.watched(handler),
                    settings.limits(),
                    settings.timeouts(),
                    SocketSettings.defaults()));
    trial.server(service);
    trial.check(
        () -> {
          if (service.pairs() != 0) {
            trial.violated(service.pairs() + " pairs are left");
          }
        });
    return service;
  }

  static SimHost host(Trial trial, int number) {
    return trial.world().host("target" + number);
  }

  static InetSocketAddress address(SimHost host) {
    return host.address(PORT);
  }
}
