#include "actors/planning/plan/plan_handover.hpp"

#include "actors/planning/identity.hpp"
#include "actors/planning/labels.hpp"
#include "tests/actors/planning/situations.hpp"

#include <doctest/doctest.h>

// The strategy hand-over. Source: spec/state-engine.md §5.3.

namespace copal::planning::situations {
namespace {

using state = container_state;

service handing(const std::string& image = "web:2") {
  return service{"web"}.by(update_strategy::hand_over).from(image);
}

/// `web` of release 1 runs, and release 2 with another image is wanted and fetched.
device updating(const service& to = handing()) {
  return device{}.running({handing("web:1")}).wants({to}, "c2").fetched_all();
}

container& retired_of(situation& s) {
  for (auto& c : s.engine.containers) {
    if (is_retired(c))
      return c.what;
  }
  return container_of(s, "web");
}

/// The old container has its old name.
device retired(const service& to = handing()) {
  return updating(to).container_of("web", [](container& c) {
    c.name = retired_name(c.name);
    c.config.restart = {restart_mode::no, 0};
  });
}

/// Both run: the new one as it is wanted, the old one beside it.
device both(const service& now = handing()) {
  return device{}.running({now}, "c2").with_older("web").but([](situation& s) {
    for (auto& c : s.engine.containers) {
      if (c.what.id.value != "web-1-older")
        continue;
      c.who.commit = commit_id{"c1"};
      c.what.name = retired_name(c.what.name);
    }
  });
}

std::pair<container_id, container_id> ids_of(const situation& s) {
  std::pair<container_id, container_id> out;
  for (const auto& c : s.engine.containers)
    (is_retired(c) ? out.first : out.second) = c.what.id;
  return out;
}

device over(bool said, device at = both()) {
  return at.but([said](situation& s) { s.handed_over[ids_of(s)] = said; });
}

void start_failed(situation& s, errc code) {
  auto& failure = s.failures["service:7/web"];
  failure.subject = "service:7/web";
  failure.action = "start";
  failure.last = {code, "no"};
  failure.waiting = true;
}

const std::string removal = "wait, in use: web:1 goes when its containers have gone";

std::vector<std::string> only(const plan& p) {
  std::vector<std::string> out;
  for (const auto& one : p.steps) {
    if (!std::holds_alternative<remove_image>(one.action))
      out.push_back(to_string(one));
  }
  for (const auto& w : p.waits) {
    if (w.subject.starts_with("service:"))
      out.push_back("wait: " + w.text);
  }
  return out;
}

struct case_row {
  std::string name;
  device given;
  std::vector<std::string> expected;
};

void check_services(const std::vector<case_row>& rows) {
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto made = make_plan(row.given);
    CHECK(only(made) == row.expected);
    CHECK(broken_rule(row.given, made) == "");
  }
}

const std::string retire = "handover web (image differs)";
const std::string await =
  "awaitHandover web (its old container stays until it says so, for 60000 ms "
  "at most)";

TEST_SUITE("planning: hand-over") {
  TEST_CASE("hand-over: the old container is renamed, the new one is started beside it") {
    check_services({
      {"all is there: no lock is taken", updating(), {retire}},
      {"a user's lock does not forbid it", updating().locked("web"), {retire}},
      {"its image is on its way",
        device{}.running({handing("web:1")}).wants({handing()}, "c2").fetching("web:2"),
        {"wait: web: replaced when all images of its release are there"}},
      {"it is renamed", retired(), {"start web (beside its old container)"}},
      {"what it depends on has no container yet",
        updating(handing().after("db"))
          .wants({handing().after("db"), "db"}, "c2")
          .fetched_all()
          .looked(),
        {"start db (it has no container)", "wait: web: started after db"}},
      {"a step on it is under way",
        retired().busy("service:7/web"),
        {"wait: web: a step is under way"}},
      {"the renaming failed",
        updating().failed("service:7/web"),
        {"wait: " + retire + ": no answer"}},
    });
    const auto made = make_plan(retired());
    const auto& install = std::get<install_service>(made.steps.at(0).action);
    CHECK(install.beside_old);
    CHECK(install.who.commit.value == "c2");
    const auto first = make_plan(updating());
    CHECK(std::get<retire_container>(first.steps.at(0).action).name.starts_with("old_web_"));
  }

  TEST_CASE("hand-over: what has nothing to hand over, or nobody to, is replaced") {
    const std::string kill = "kill web (image differs)";
    check_services({
      {"it has exited", updating().has_exited("web", 0).looked(), {kill}},
      {"it was never started", updating().is("web", state::created).looked(), {kill}},
      {"the target wants it stopped", updating(handing().kept_stopped()).looked(), {kill}},
      {"another strategy now", updating(service{"web"}.from("web:2")).looked(), {kill}},
      {"it was renamed, and has ended since",
        retired().has_exited("web", 1).looked(),
        {"kill web (image, restart differ)"}},
    });
  }

  TEST_CASE("spec 12.40: both run: the old one goes when the new one has taken over") {
    check_services({
      {"nobody has waited yet", both(), {await}},
      {"somebody waits", both().busy("handover:web-1"), {}},
      {"it said so", over(true), {"kill web (the new container has taken over)"}},
      {"the time is over",
        over(false),
        {"kill web (the new container did not say within 60000 ms that it has taken over)"}},
      {"a user's lock does not forbid it",
        over(true).locked("web"),
        {"kill web (the new container has taken over)"}},
      {"the old one ended meanwhile",
        both().but([](situation& s) { retired_of(s).state = state::exited; }),
        {"kill web (it ended before the new container had taken over)"}},
      {"it is being removed",
        over(true).but([](situation& s) { retired_of(s).state = state::removing; }),
        {"wait: web: its old container is being removed"}},
      {"a container that does not bear the name of an old one is surplus",
        device{}.running({handing()}, "c2").with_older("web").looked(),
        {"kill web (a newer container of the service exists)"}},
    });
  }

  TEST_CASE("hand-over: the old container stays while the new one does not run") {
    const auto young = [](device d, state now, int code = 0) {
      return d.but([=](situation& s) {
        for (auto& c : s.engine.containers) {
          if (is_retired(c))
            continue;
          c.what.state = now;
          c.what.exit_code = code;
        }
      });
    };
    const auto never = [](device d) {
      return d.but([](situation& s) {
        for (auto& c : s.engine.containers) {
          if (!is_retired(c))
            c.what.config.restart = {restart_mode::no, 0};
        }
        target_of(s).release->services.front().config.restart = {restart_mode::no, 0};
      });
    };
    const std::string stays = "wait: web: its old container stays until the new one runs: ";
    check_services({
      {"it was never started",
        young(both(), state::created),
        {"start web (it was never started)", stays + "it was never started"}},
      {"the engine cannot start it",
        young(both(), state::created).but([](situation& s) {
          start_failed(s, errc::invalid_input);
        }),
        {stays + "it was never started", "wait: start web (it was never started): no"}},
      {"it cannot start beside the old one: that one goes",
        young(both().looked(), state::created).but([](situation& s) {
          start_failed(s, errc::conflict);
          s.failures.at("service:7/web").waiting = false;
        }),
        {"kill web (the new container cannot start beside it: no)",
          "wait: web: its old container goes first"}},
      {"it crashes: it is started again, and waited for",
        young(both(), state::exited, 1),
        {await, "start web (it exited with code 1)"}},
      {"the time is over while it is down",
        young(over(false), state::exited, 1),
        {"start web (it exited with code 1)", stays + "it is exited"}},
      {"the time is over while the engine restarts it",
        young(over(false), state::restarting),
        {stays + "the engine restarts it", "wait: web: the engine restarts it; last exit code 0"}},
      {"it said so and ended",
        young(over(true), state::exited, 1),
        {"kill web (the new container has taken over)", "wait: start web (it exited with code 1)"}},
      {"it ended for good",
        never(young(over(false), state::exited)),
        {"kill web (the new container did not say within 60000 ms that it has taken over)"}},
    });
  }

  TEST_CASE(
    "hand-over: a newer target in the middle ends the newer container, not the proven one") {
    const auto newer = [](device d) { return d.wants({handing("web:3")}, "c3").fetched_all(); };
    const std::string kill = "kill web (image differs; the hand-over to it was not over)";
    check_services({
      {"its image is on its way: the hand-over goes on",
        both().wants({handing("web:3")}, "c3").fetching("web:3"),
        {await, "wait: web: replaced when all images of its release are there"}},
      {"the new one of before goes", newer(both()).looked(), {await, kill}},
      {"but not when it has taken over",
        newer(over(true)).looked(),
        {"kill web (the new container has taken over)", "wait: " + kill}},
      {"then the old one hands over to the newest",
        retired().wants({handing("web:3")}, "c3").fetched_all(),
        {"start web (beside its old container)"}},
    });
  }

  TEST_CASE("spec 12.41: hand-over with a changed network is a plain replacement") {
    const auto changed = [](device d) {
      return d.looked().but([](situation& s) { s.engine.networks.front().config.internal = true; });
    };
    check_services({
      {"before it began", changed(updating()), {"kill web (image differs)"}},
      {"in its middle: one after the other",
        changed(both()),
        {"kill web (a7_default is made anew)", "wait: web: its old container goes first"}},
    });
  }

  TEST_CASE("hand-over: what both need for themselves is no hand-over") {
    const auto config = [](
                          const char* ip, std::uint16_t port, transport protocol = transport::tcp) {
      container_config out;
      out.ports.push_back({ip, port, 80, protocol});
      return out;
    };
    const auto address = [](const char* ip) {
      container_config out;
      out.networks["a7_default"].ipv4 = ip;
      return out;
    };
    auto on_host = config("", 80);
    on_host.network_mode = "host";
    const struct {
      const char* name;
      container_config old, young;
      const char* why;
    } rows[] = {
      {"the same port", config("", 80), config("", 80), "both publish the host's port 80/tcp"},
      {"one of them of one address",
        config("", 80),
        config("10.0.0.1", 80),
        "both publish the host's port 80/tcp"},
      {"the same of different addresses", config("10.0.0.2", 80), config("10.0.0.1", 80), ""},
      {"another port", config("", 80), config("", 81), ""},
      {"another protocol", config("", 80), config("", 80, transport::udp), ""},
      {"chosen by the engine", config("", 0), config("", 0), ""},
      {"not published", config("", 80), on_host, ""},
      {"the same address",
        address("172.20.0.9"),
        address("172.20.0.9"),
        "both have the address 172.20.0.9 in a7_default"},
      {"other addresses", address("172.20.0.9"), address("172.20.0.8"), ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(handover_obstacle(row.old, row.young) == row.why);
    }
    const auto holds_port = [](situation& s) {
      container_of(s, "web").config.ports = {{"", 80, 80, transport::tcp}};
      target_of(s).release->services.front().config.ports = {{"", 80, 8080, transport::tcp}};
    };
    check_services({
      {"the port is another's, and stays so: nothing is stopped for it",
        device{}
          .running({handing("web:1"), service{"db"}})
          .wants({handing(), service{"db"}}, "c2")
          .fetched_all()
          .looked()
          .but([](situation& s) {
            container_of(s, "db").config.ports = {{"", 81, 80, transport::tcp}};
            for (auto& x : target_of(s).release->services) {
              if (x.name.value == "db")
                x.config.ports = {{"", 81, 80, transport::tcp}};
              else
                x.config.ports = {{"", 81, 8080, transport::tcp}};
            }
          }),
        {"updateMetadata db (same configuration in the new release)",
          "wait: web: replaced when port 81/tcp of the host is free: db_70_1_c1 has it"}},
      {"what it waits for needs a port that the old one has",
        device{}
          .running({handing("web:1").port(80)})
          .wants({handing().port(81).after("db"), service{"db"}.port(80)}, "c2")
          .fetched_all()
          .looked(),
        {"kill web (image, ports differ; no hand-over: another service needs a port that it has)",
          "wait: db: started when port 80/tcp of the host is free: web_70_1_c1 has it"}},
      {"what another supervisor began",
        both().looked().but([](situation& s) {
          for (auto& c : s.engine.containers) {
            c.what.config.ports = {{"", 80, 80, transport::tcp}};
            if (!is_retired(c))
              c.what.state = state::created;
          }
          target_of(s).release->services.front().config.ports = {{"", 80, 80, transport::tcp}};
        }),
        {"kill web (no hand-over: both publish the host's port 80/tcp)",
          "wait: web: its old container goes first"}},
      {"it is replaced, with the reason",
        updating().looked().but(holds_port),
        {"kill web (image, ports differ; no hand-over: both publish the host's port 80/tcp)"}},
    });
  }

  TEST_CASE("hand-over: the time that its label gives") {
    const struct {
      const char* text;
      std::int64_t ms;
    } rows[] = {
      {"1", 1},
      {"5000", 5000},
      {"0", 60000},
      {"-1", 60000},
      {"", 60000},
      {"5s", 60000},
      {" 5", 60000},
      {"1.5", 60000},
      {"99999999999999999999", 2147483647},
      {"-99999999999999999999", 60000},
    };
    CHECK(handover_timeout({}).count() == 60000);
    for (const auto& row : rows) {
      CAPTURE(row.text);
      CHECK(handover_timeout({{std::string{label::handover_timeout}, row.text}}).count() == row.ms);
    }
  }
}

} // namespace
} // namespace copal::planning::situations
