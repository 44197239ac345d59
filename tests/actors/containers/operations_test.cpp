#include "actors/containers/operations.hpp"

#include <string>

#include <doctest/doctest.h>

// The engine calls of each step. Source: spec/state-engine.md §5.4.

namespace copal {
namespace {

using std::chrono::seconds;
using words = std::vector<std::string>;

struct describe {
  std::string operator()(const engine::create_container& x) const {
    return "create " + x.name + " in " + x.config.network_mode;
  }
  std::string operator()(const engine::connect_network& x) const {
    const auto alias = x.how.aliases.empty() ? "nobody" : x.how.aliases.front();
    return "connect [" + x.container.value + "] to " + x.network + " as " + alias;
  }
  std::string operator()(const engine::start_container& x) const {
    return "start [" + x.id.value + ']';
  }
  std::string operator()(const engine::stop_container& x) const {
    return "stop [" + x.id.value + "] within " + std::to_string(x.grace.count()) + " s";
  }
  std::string operator()(const engine::remove_container& x) const {
    return "remove [" + x.id.value + ']' + (x.force ? " by force" : "");
  }
  std::string operator()(const engine::rename_container& x) const {
    return "rename [" + x.id.value + "] to " + x.name;
  }
  std::string operator()(const engine::set_restart_policy& x) const {
    return "restart [" + x.id.value + "]: " + to_string(x.policy.mode);
  }
  std::string operator()(const engine::create_network& x) const {
    return "create network " + x.name + ", driver " + x.config.driver;
  }
  std::string operator()(const engine::remove_network& x) const {
    return "remove network [" + x.id.value + ']';
  }
  std::string operator()(const engine::create_volume& x) const {
    return "create volume " + x.name + ", driver " + x.config.driver;
  }
  std::string operator()(const engine::remove_volume& x) const { return "remove volume " + x.name; }
};

/// The calls, one after the other with commas between; or the error.
std::string told(const result<std::vector<engine_call>>& calls) {
  if (!calls)
    return to_string(calls.error().code) + ": " + calls.error().what;
  std::string out;
  for (const auto& call : *calls)
    out += (out.empty() ? "" : ", ") + std::visit(describe{}, call);
  return out;
}

std::string joined(const words& lines) {
  std::string out;
  for (const auto& line : lines)
    out += (out.empty() ? "" : ", ") + line;
  return out;
}

/// Creates `web` on these networks, which it joins as `web`.
install_service install(const std::string& mode, const words& networks = {}) {
  install_service out;
  out.who.app.value = 7;
  out.who.name.value = "web";
  out.container_name = "web_1";
  out.config.network_mode = mode;
  for (const auto& network : networks)
    out.config.networks[network].aliases = {"web"};
  return out;
}

install_service only_created(install_service x) {
  x.create_only = true;
  return x;
}

/// What each step calls while `db` of app 7 has the container `db-1`; of older ones of `db` one is
/// still there, and one newer is dead.
std::string calls_of(step_action action) {
  engine_view view;
  supervised_container db;
  db.who.app.value = 7;
  db.who.name.value = "db";
  db.what.id.value = "db-1";
  db.what.created += seconds{1};
  auto older = db;
  older.what.id.value = "db-0";
  older.what.created -= seconds{1};
  auto dead = db;
  dead.what.id.value = "db-2";
  dead.what.created += seconds{1};
  dead.what.state = container_state::dead;
  auto other = db;
  other.what.id.value = "main-1";
  other.who.app.value = 8;
  other.who.name.value = "main";
  view.containers = {older, db, dead, other};
  return told(calls_for({{7}, std::move(action), "why"}, view));
}

TEST_SUITE("containers: operations") {
  TEST_CASE("operations: the calls of each step, in order") {
    network_config network;
    network.driver = "macvlan";
    volume_config volume;
    volume.driver = "nfs";
    const struct {
      std::string name;
      step_action action;
      words calls;
    } rows[] = {
      {"a service on one network: the engine joins it",
        install("a7_default", {"a7_default"}),
        {"create web_1 in a7_default", "start []"}},
      {"on more: joined before it starts",
        install("a7_default", {"a7_back", "a7_default", "a7_front"}),
        {"create web_1 in a7_default",
          "connect [] to a7_back as web",
          "connect [] to a7_front as web",
          "start []"}},
      {"on the host's", install("host"), {"create web_1 in host", "start []"}},
      {"on that of another service: of its newest living container",
        install("service:db"),
        {"create web_1 in container:db-1", "start []"}},
      {"created only",
        only_created(install("a7_default", {"a7_default"})),
        {"create web_1 in a7_default"}},
      {"created only, on more",
        only_created(install("a7_default", {"a7_default", "a7_front"})),
        {"create web_1 in a7_default", "connect [] to a7_front as web"}},
      {"start", start_container{{"id"}, {"web"}}, {"start [id]"}},
      {"stop", stop_container{{"id"}, {"web"}, seconds{3}}, {"stop [id] within 3 s"}},
      {"kill",
        kill_container{{"id"}, {"web"}, seconds{3}},
        {"stop [id] within 3 s", "remove [id]"}},
      {"remove", remove_container{{"id"}, {"web"}}, {"remove [id]"}},
      {"updateMetadata", rename_container{{"id"}, {"web"}, "web_2"}, {"rename [id] to web_2"}},
      {"handover: the name comes last",
        retire_container{{"id"}, {"web"}, "old_web"},
        {"restart [id]: no", "rename [id] to old_web"}},
      {"createNetwork",
        create_network{"a7_front", network},
        {"create network a7_front, driver macvlan"}},
      {"removeNetwork, by id: names may stand twice",
        remove_network{{"id"}, "a7_front"},
        {"remove network [id]"}},
      {"createVolume", create_volume{"7_data", volume}, {"create volume 7_data, driver nfs"}},
      {"removeVolume", remove_volume{"7_data"}, {"remove volume 7_data"}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(calls_of(row.action) == joined(row.calls));
    }
  }

  TEST_CASE("operations: what cannot be done is told") {
    image_row row;
    row.name = "web:1";
    row.used_by.value = "web";
    const std::string not_ours = "internal error: not a step on containers: ";
    const struct {
      std::string name;
      step_action action;
      std::string error;
    } rows[] = {
      {"the network of a service that has no container",
        install("service:other"),
        "not found: service web uses the network of service other, which has no container"},
      {"the network of another app's service",
        install("service:main"),
        "not found: service web uses the network of service main, which has no container"},
      {"fetch", fetch_image{row}, not_ours + "fetch web:1 (why)"},
      {"saveImage", save_image{row}, not_ours + "saveImage web:1 (why)"},
      {"removeImage", remove_image{row}, not_ours + "removeImage web:1 of web (why)"},
      {"takeLock", take_locks{}, not_ours + "takeLock (why)"},
      {"updateCommit", record_commit{{"c1"}}, not_ours + "updateCommit c1 (why)"},
    };
    for (const auto& r : rows) {
      CAPTURE(r.name);
      CHECK(calls_of(r.action) == r.error);
    }
  }

  TEST_CASE("operations: a call has a minute, and a stop its grace period besides") {
    const struct {
      std::string name;
      engine_call call;
      seconds deadline;
    } rows[] = {
      {"create", engine::create_container{}, seconds{60}},
      {"connect", engine::connect_network{}, seconds{60}},
      {"start", engine::start_container{}, seconds{60}},
      {"stop", engine::stop_container{{"id"}, seconds{10}}, seconds{70}},
      {"stop at once", engine::stop_container{{"id"}, seconds{0}}, seconds{60}},
      {"stop within an hour", engine::stop_container{{"id"}, seconds{3600}}, seconds{3660}},
      {"remove", engine::remove_container{}, seconds{60}},
      {"rename", engine::rename_container{}, seconds{60}},
      {"restart policy", engine::set_restart_policy{}, seconds{60}},
      {"create network", engine::create_network{}, seconds{60}},
      {"remove network", engine::remove_network{}, seconds{60}},
      {"create volume", engine::create_volume{}, seconds{60}},
      {"remove volume", engine::remove_volume{}, seconds{60}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(deadline_of(row.call).count() == row.deadline.count());
    }
  }

  TEST_CASE("operations: what a step changes, and whose it is") {
    const struct {
      std::string name;
      step_action action;
      aspect changes;
      std::string container;
      bool removes;
    } rows[] = {
      {"install", install("host"), aspect::container, "", false},
      {"start", start_container{{"id"}, {}}, aspect::container, "id", false},
      {"stop", stop_container{{"id"}, {}, {}}, aspect::container, "id", false},
      {"kill", kill_container{{"id"}, {}, {}}, aspect::container, "id", true},
      {"remove", remove_container{{"id"}, {}}, aspect::container, "id", true},
      {"rename", rename_container{{"id"}, {}, "n"}, aspect::container, "id", false},
      {"retire", retire_container{{"id"}, {}, "n"}, aspect::container, "id", false},
      {"create network", create_network{}, aspect::networks, "", false},
      {"remove network", remove_network{{"n"}, {}}, aspect::networks, "", false},
      {"create volume", create_volume{}, aspect::volumes, "", false},
      {"remove volume", remove_volume{}, aspect::volumes, "", false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK((aspect_of(row.action) == row.changes));
      CHECK(container_of(row.action).value == row.container);
      CHECK(removes_container(row.action) == row.removes);
    }
  }
}

} // namespace
} // namespace copal
