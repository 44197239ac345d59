#include "tests/actors/planning/situations.hpp"

#include <doctest/doctest.h>

// Ports of the host are seen to beforehand. Source: spec/state-engine.md §2.6, decision 0097.

namespace copal::planning::situations {
namespace {

using state = container_state;

std::string waits(const std::string& who, const std::string& port, const std::string& holder) {
  return "wait, port: " + who + ": started when port " + port + " of the host is free: " + holder
         + " has it";
}

service at(service s, const std::string& address) {
  s.it.config.ports.back().host_ip = address;
  return s;
}

TEST_SUITE("planning: ports") {
  TEST_CASE("ports: a start waits until the container that has the port has gone") {
    const auto web = service{"web"}.port(80);
    const auto api = service{"api"}.port(80);
    const auto was = device{}.running({web}).looked();
    const auto moved = device{was}.wants({api}).fetched_all();
    check({
      {"the port moves to another service",
        device{moved},
        {"kill web (not in the target)", waits("api", "80/tcp", "web_70_1_c1")}},
      {"it has gone",
        device{moved}.gone("web"),
        {"start api (it has no container)",
          "removeImage web:1 of web (no release and no container needs it)"}},
      {"it is down, and has no port",
        device{moved}.has_exited("web", 0),
        {"kill web (not in the target)", "start api (it has no container)"}},
      {"the engine restarts it: it would have it again",
        device{moved}.is("web", state::restarting),
        {"kill web (not in the target)", waits("api", "80/tcp", "web_70_1_c1")}},
      {"two services change ports: both go, then both come",
        device{}
          .running({service{"api"}.port(81), web})
          .looked()
          .wants({api, service{"web"}.port(81)}),
        {"kill api (ports differs)", "kill web (ports differs)"}},
      {"a container that was never started waits, too",
        device{}.running({api, service{"web"}.port(80)}).looked().is("api", state::created),
        {waits("api", "80/tcp", "web_70_1_c1")}},
      {"so does one that is to be started again",
        device{}.running({api, service{"web"}.port(80)}).looked().has_exited("api", 1),
        {waits("api", "80/tcp", "web_70_1_c1")}},
      {"one that is kept stopped needs no port",
        device{was}.wants({web, service{"api"}.port(80).kept_stopped()}).fetched_all(),
        {"install api (it has no container)"}},
      {"another port",
        device{was}.wants({web, service{"api"}.port(81)}).fetched_all(),
        {"start api (it has no container)"}},
    });
  }

  TEST_CASE("ports: between two apps") {
    const auto first = device{}.app(7).running({service{"web"}.port(80)}).looked();
    const auto both = device{first}.app(8).running({service{"api"}.port(80)}).gone("api").looked();
    check({
      {"what stays is told", device{both}, {waits("api", "80/tcp", "web_70_1_c1")}},
      {"nothing is stopped for a port that stays taken",
        device{first}
          .app(8)
          .running({service{"api"}.port(81)})
          .looked()
          .wants({service{"api"}.port(80)}),
        {"wait, port: api: replaced when port 80/tcp of the host is free: web_70_1_c1 has it"}},
      {"whatever takes over",
        device{first}
          .app(8)
          .running({service{"api"}.port(81).by(update_strategy::hand_over)})
          .looked()
          .wants({service{"api"}.port(80).by(update_strategy::hand_over)}),
        {"wait, port: api: replaced when port 80/tcp of the host is free: web_70_1_c1 has it"}},
      {"what leaves is waited for",
        device{both}.app(7).wants({service{"web"}.port(81)}),
        {"kill web (ports differs)", waits("api", "80/tcp", "web_70_1_c1")}},
    });
  }

  TEST_CASE("ports: ranges of ten thousands, in whatever order") {
    const auto range = [](const char* name, int first, int last) {
      service out{name};
      for (int port = last; port >= first; --port)
        out.port(port);
      return out;
    };
    const auto web = range("web", 20'000, 39'999);
    check({
      {"the first one that both ask for, in the order of the release, is told",
        device{}.running({web}).looked().wants({range("api", 39'990, 59'999)}).fetched_all(),
        {"kill web (not in the target)", waits("api", "39999/tcp", "web_70_1_c1")}},
      {"they have none in common",
        device{}.running({web}).looked().wants({web, range("api", 40'000, 59'999)}).fetched_all(),
        {"start api (it has no container)"}},
    });
  }

  TEST_CASE("ports: one address of a port and all of them") {
    const auto web = service{"web"}.port(80);
    const auto api = service{"api"}.port(80);
    const auto moved = [](const service& from, const service& to) {
      return device{}.running({from}).looked().wants({to}).fetched_all();
    };
    const std::string kill = "kill web (not in the target)";
    const std::string start = "start api (it has no container)";
    const auto wait = waits("api", "80/tcp", "web_70_1_c1");
    check({
      {"the same address", moved(at(web, "10.0.0.1"), at(api, "10.0.0.1")), {kill, wait}},
      {"two addresses", moved(at(web, "10.0.0.1"), at(api, "10.0.0.2")), {kill, start}},
      {"all of IPv4 and one", moved(at(web, "0.0.0.0"), at(api, "10.0.0.1")), {kill, wait}},
      {"all and all of IPv6", moved(web, at(api, "::")), {kill, wait}},
      {"of one that stays only the engine knows whether it will do",
        device{}.running({web}).looked().wants({web, at(api, "10.0.0.1")}).fetched_all(),
        {start}},
    });
  }
}

} // namespace
} // namespace copal::planning::situations
