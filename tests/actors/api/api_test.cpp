#include "actors/api/api.hpp"

#include "actors/spawn.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/virtual_system.hpp"

#include <memory>
#include <string>
#include <vector>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace copal::test {
namespace {

using namespace std::chrono_literals;

/// Those around the actor: what they know, what they are asked, and whether they answer.
struct others {
  progress where;
  keys::key_ring ring{secret{"global"}, {{app_id{2}, service_name{"cam"}, secret{"camera"}}}};
  host::addresses addresses{{"10.0.0.1"}, {}};
  bool conductor_answers = true;
  bool keys_answer = true;
  bool host_answers = true;
  std::vector<bool> applied;  ///< With force or not.
  std::vector<bool> searched; ///< For a new target, likewise.
  target_source_state file{"/shop/compose.yaml", "shop", {}, {}, false, {}, {}};
  bool source_answers = true;
  bool source_is_silent = false;
  std::vector<api::edition> changes;
  int address_questions = 0;
};
using known = std::shared_ptr<others>;

caf::error away() {
  return to_caf({errc::unavailable, "it is down"});
}

conductor_actor::behavior_type conductor_of(known all) {
  return {
    [](const engine_view&) {},
    [](const host::locks_gone&) {},
    [](const images_view&) {},
    [](const set_target&) -> caf::result<target_accepted> { return away(); },
    [](const requests::perform&) -> caf::result<requests::performed> { return away(); },
    [all](const apply_now& x) -> caf::result<applying> {
      if (!all->conductor_answers)
        return away();
      all->applied.push_back(x.force);
      return applying{};
    },
    [all](const get_progress&) -> caf::result<progress> {
      if (!all->conductor_answers)
        return away();
      return all->where;
    },
  };
}

keys_actor::behavior_type keys_of(known all) {
  return {
    [](const keys::get_keys&) -> caf::result<keys::issued_keys> { return away(); },
    [all](const keys::get_key_ring&) -> caf::result<keys::key_ring> {
      if (!all->keys_answer)
        return away();
      return all->ring;
    },
  };
}

host_actor::behavior_type host_of(host_actor::pointer self, known all) {
  return {
    [](const host::take_locks&) -> caf::result<host::found_locks> { return away(); },
    [](const host::release_locks&) -> caf::result<host::locks_done> { return away(); },
    [](const host::make_lock_folder&) -> caf::result<host::locks_done> { return away(); },
    [](const host::find_own_locks&) -> caf::result<host::own_locks> { return away(); },
    [](const host::find_user_locks&) -> caf::result<host::found_locks> { return away(); },
    [](const host::get_os_update&) -> caf::result<host::os_update> { return away(); },
    [](const host::forget_handover&) -> caf::result<host::forgotten> { return away(); },
    [](const host::await_handover&) -> caf::result<host::handover_ended> { return away(); },
    [](const host::get_free_space&) -> caf::result<host::free_space> { return away(); },
    [](const host::get_boot&) -> caf::result<host::boot_facts> { return away(); },
    [](const host::require_reboot&) -> caf::result<host::boot_facts> { return away(); },
    [](const host::get_os_settings&) -> caf::result<host::os_settings> { return away(); },
    [](const host::set_firmware_volume&) -> caf::result<host::os_settings> { return away(); },
    [all, self](const host::get_addresses&) -> caf::result<host::addresses> {
      ++all->address_questions;
      if (!all->host_answers)
        return self->make_response_promise<host::addresses>(); // and never kept
      return all->addresses;
    },
    [](const host::place_files&) -> caf::result<host::files_done> { return away(); },
    [](const host::keep_files&) -> caf::result<host::files_done> { return away(); },
  };
}

reply_keeper_actor::behavior_type keeper_of(known all) {
  return {[all](const api::changed& x) { all->changes.push_back(x.now); }};
}

update_trigger_actor::behavior_type trigger_of(known all) {
  return {[all](const look_for_target& x) { all->searched.push_back(x.force); }};
}

target_source_actor::behavior_type source_of(target_source_actor::pointer self, known all) {
  return {
    [](const target_file::reading&) {},
    [](const look_for_target&) {},
    [all, self](const get_target_source&) -> caf::result<target_source_state> {
      if (all->source_is_silent)
        return self->make_response_promise<target_source_state>(); // and never kept
      if (!all->source_answers)
        return away();
      return all->file;
    },
  };
}

struct bench {
  virtual_system system{1};
  known all = std::make_shared<others>();
  conductor_actor conductor = system.actors().spawn(conductor_of, all);
  keys_actor key_keeper = system.actors().spawn(keys_of, all);
  host_actor machine = system.actors().spawn(host_of, all);
  reply_keeper_actor keeper = system.actors().spawn(keeper_of, all);
  update_trigger_actor trigger = system.actors().spawn(trigger_of, all);
  // Not every device has one.
  target_source_actor source{};
  api_child actor = make(1);

  bench() { all->where = one_service("Running"); }

  api_child make(std::uint64_t incarnation) {
    return spawn_actor(system.actors(),
      run_api,
      api_config{{"0.1.0", "SomeOS", 48484}},
      api_links{conductor, key_keeper, machine, keeper, trigger, source},
      incarnation);
  }

  void wake() {
    caf::anon_send(actor, wake_up{});
    system.settle();
  }

  /// The target comes from a file.
  void has_file() {
    source = system.actors().spawn(source_of, all);
    actor = make(2);
  }

  static progress one_service(const std::string&) {
    progress out;
    out.has_target = true;
    supervised_container c;
    c.who.app = app_id{2};
    c.who.name = service_name{"cam"};
    c.what.state = container_state::running;
    out.engine.incarnation = 1;
    out.engine.containers = {c};
    return out;
  }

  answer<api::reply> begin(api::request what) { return ask(system, actor, std::move(what)); }

  api::reply get(api::request what) {
    auto asked = begin(std::move(what));
    system.run_until([&asked] { return asked.there(); }, 30s);
    REQUIRE(asked.there());
    REQUIRE(asked.get());
    return *asked.get();
  }

  api::reply get(const std::string& method, const std::string& path, const std::string& key = {}) {
    api::request what;
    what.method = method;
    what.path = path;
    what.key = secret{key};
    return get(std::move(what));
  }
};

std::string text_of(const api::reply& x) {
  const auto* text = std::get_if<std::string>(&x.body);
  return text != nullptr ? *text : debug_string(std::get<value>(x.body));
}

value body_of(const api::reply& x) {
  const auto* body = std::get_if<value>(&x.body);
  return body == nullptr ? value{} : *body;
}

TEST_SUITE("api") {
  TEST_CASE("api: who may ask what, by path, method and key") {
    bench b;
    b.wake();
    const struct {
      const char* method;
      const char* path;
      const char* key;
      int status;
    } rows[] = {
      {"GET", "/ping", "", 200},
      {"HEAD", "/ping", "", 200},
      {"GET", "/PING/", "", 200},
      {"GET", "/ping//", "", 401},
      {"GET", "/ping", "wrong", 200},
      {"GET", "/v1/healthy", "", 200},
      {"POST", "/ping", "", 401},
      {"POST", "/ping", "global", 404},
      {"GET", "/v2/version", "", 401},
      {"GET", "/v2/version", "wrong", 401},
      {"GET", "/v2/version", "global", 200},
      {"GET", "/v2/version", "camera", 200},
      {"HEAD", "/V2/Version/", "camera", 200},
      {"GET", "/v2/state/status", "", 401},
      {"GET", "/v2/state/status", "camera", 200},
      {"GET", "/v1/device", "", 401},
      {"GET", "/v1/device", "camera", 200},
      {"POST", "/v1/update", "", 401},
      {"POST", "/v1/update", "camera", 204},
      {"GET", "/v1/update", "camera", 404},
      {"GET", "/", "", 401},
      {"GET", "/", "global", 404},
      {"GET", "/nowhere", "", 401},
      {"GET", "/nowhere", "global", 404},
      {"GET", "", "global", 404},
    };
    for (const auto& row : rows) {
      CAPTURE(row.method);
      CAPTURE(row.path);
      CAPTURE(row.key);
      const auto got = b.get(row.method, row.path, row.key);
      CHECK(got.status == row.status);
      if (row.status == 401)
        CHECK(text_of(got) == "Unauthorized");
    }
  }

  TEST_CASE("api: a body that waits may come, or not; one that was not read fails after the key") {
    bench b;
    b.wake();
    api::request what;
    what.method = "POST";
    what.path = "/v1/update";
    what.body_waits = true;
    CHECK(b.get(what).status == 401);
    what.key = secret{"global"};
    CHECK(b.get(what).status == 100);
    what.path = "/nowhere";
    CHECK(b.get(what).status == 100);
    what.body_waits = false;
    what.body_problem = "line 1, column 2: what is this";
    const auto got = b.get(what);
    CHECK(got.status == 503);
    CHECK(body_of(got) == value::map({{"status", "failed"}, {"message", what.body_problem}}));
    what.key = {};
    CHECK(b.get(what).status == 401);
    what.path = "/ping";
    what.method = "GET";
    CHECK(b.get(what).status == 200);
    CHECK(b.all->applied.empty());
  }

  TEST_CASE("api: before it was told anything it says so, and hangs on nobody") {
    bench b;
    b.all->conductor_answers = false;
    b.all->keys_answer = false;
    b.all->host_answers = false;
    b.wake();
    CHECK(b.get("GET", "/ping").status == 200);
    CHECK(b.get("GET", "/v1/healthy").status == 200);
    const auto locked = b.get("GET", "/v2/version", "global");
    CHECK(locked.status == 503);
    CHECK(text_of(locked).starts_with("Unexpected error: "));
    b.all->keys_answer = true;
    b.system.run_for(2s);
    const auto status = b.get("GET", "/v2/state/status", "global");
    CHECK(status.status == 503);
    CHECK(*body_of(status).find("status") == value{"failed"});
    const auto device = b.get("GET", "/v1/device", "global");
    CHECK(device.status == 200);
    CHECK(body_of(device).find("ip_address") == nullptr);
    CHECK(*body_of(device).find("api_port") == value{48484});
    b.all->conductor_answers = true;
    b.system.run_for(2s);
    CHECK(b.get("GET", "/v2/state/status", "global").status == 200);
  }

  TEST_CASE("api: healthy while every child is") {
    bench b;
    b.wake();
    caf::anon_send(b.actor, health{true, false, {}});
    b.system.settle();
    const auto well = b.get("GET", "/v1/healthy");
    CHECK(well.status == 200);
    CHECK(well.form == api::body_form::plain);
    CHECK(text_of(well) == "OK");
    caf::anon_send(b.actor, health{false, false, {}});
    b.system.settle();
    const auto ill = b.get("GET", "/v1/healthy");
    CHECK(ill.status == 500);
    CHECK(ill.form == api::body_form::html);
    CHECK(text_of(ill) == "Unhealthy");
  }

  TEST_CASE("api: status tells of what the caller's key opens") {
    bench b;
    b.all->ring.others.push_back({app_id{3}, service_name{"x"}, secret{"other"}});
    b.wake();
    const auto mine = body_of(b.get("GET", "/v2/state/status", "camera"));
    CHECK(*mine.find("status") == value{"success"});
    CHECK(mine.find("containers")->as_list()->size() == 1);
    const auto others = body_of(b.get("GET", "/v2/state/status", "other"));
    CHECK(others.find("containers")->as_list()->empty());
  }

  TEST_CASE("api: a conductor that has just come back does not make it forget") {
    bench b;
    b.wake();
    caf::anon_send(b.actor, progress{});
    b.system.settle();
    const auto got = body_of(b.get("GET", "/v2/state/status", "global"));
    CHECK(got.find("containers")->as_list()->size() == 1);
  }

  TEST_CASE("api: addresses are asked for anew, once for all who wait, and not for long") {
    bench b;
    b.wake();
    b.all->addresses.ip = {"10.0.0.2"};
    const auto before = b.all->address_questions;
    api::request what;
    what.method = "GET";
    what.path = "/v1/device";
    what.key = secret{"global"};
    auto first = b.begin(what);
    CHECK(*body_of(b.get(what)).find("ip_address") == value{"10.0.0.2"});
    CHECK(first.there());
    b.all->host_answers = false;
    auto second = b.begin(what);
    auto third = b.begin(what);
    b.system.run_for(1s);
    REQUIRE(second.there());
    REQUIRE(third.there());
    CHECK(*body_of(*second.get()).find("ip_address") == value{"10.0.0.2"});
    CHECK(second.took() <= 600ms);
    CHECK(b.all->address_questions - before <= 3);
  }

  TEST_CASE("api: an update looks for a target and applies what there is") {
    bench b;
    b.wake();
    api::request what;
    what.method = "POST";
    what.path = "/v1/update";
    what.key = secret{"global"};
    const struct {
      value body;
      bool force;
    } rows[] = {
      {value::map({}), false},
      {value::map({{"force", false}}), false},
      {value::map({{"force", true}}), true},
      {value::map({{"force", "on"}}), true},
      {value::list({true}), false},
    };
    for (const auto& row : rows) {
      what.body = row.body;
      CHECK(b.get(what).status == 204);
      REQUIRE(!b.all->applied.empty());
      REQUIRE(!b.all->searched.empty());
      CHECK(b.all->applied.back() == row.force);
      CHECK(b.all->searched.back() == row.force);
    }
    CHECK(b.all->applied.size() == 5);
    b.all->conductor_answers = false;
    const auto failed = b.get(what);
    CHECK(failed.status == 503);
    CHECK(*body_of(failed).find("message") == value{"it is down"});
  }

  TEST_CASE("api: where updates wait for their time, only force makes one") {
    bench b;
    b.all->where.target.config["RESIN_SUPERVISOR_INSTANT_UPDATE_TRIGGER"] = "false";
    b.wake();
    api::request what;
    what.method = "POST";
    what.path = "/v1/update";
    what.key = secret{"global"};
    const auto ignored = b.get(what);
    CHECK(ignored.status == 202);
    CHECK(text_of(ignored) == "Accepted");
    CHECK(b.all->applied.empty());
    CHECK(b.all->searched.empty());
    what.body = value::map({{"force", 1}});
    CHECK(b.get(what).status == 204);
    CHECK(b.all->applied.size() == 1);
  }

  TEST_CASE("api: who keeps a reply hears once when it is void, and only who keeps one") {
    bench b;
    b.wake();
    b.system.run_for(1s);
    b.all->changes.clear();
    caf::anon_send(b.actor, bench::one_service("x"));
    b.system.settle();
    CHECK(b.all->changes.empty());
    const auto kept = b.get("GET", "/v2/state/status", "global");
    REQUIRE(kept.same_until_changed);
    CHECK(b.get("GET", "/v2/state/status", "global").same_until_changed == kept.same_until_changed);
    caf::anon_send(b.actor, bench::one_service("x"));
    caf::anon_send(b.actor, health{});
    b.system.settle();
    REQUIRE(b.all->changes.size() == 1);
    CHECK(b.all->changes[0] > *kept.same_until_changed);
    // A key that is new, or no more, changes what its caller is told.
    REQUIRE(b.get("GET", "/ping").same_until_changed);
    caf::anon_send(b.actor, keys::key_ring{secret{"another"}, {}});
    b.system.settle();
    CHECK(b.all->changes.size() == 2);
    CHECK(b.get("GET", "/v2/version", "global").status == 401);
    CHECK_FALSE(b.get("GET", "/v2/version", "global").same_until_changed);
    CHECK_FALSE(b.get("GET", "/v1/device", "another").same_until_changed);
  }

  TEST_CASE("api: explain tells what the target's file holds at that moment") {
    bench b;
    b.has_file();
    b.wake();
    CHECK(body_of(b.get("GET", "/v2/explain", "global")).find("problem") == nullptr);
    // Nobody tells of a change.
    b.all->file.problem = "/shop/compose.yaml:3: services.web.colour: unknown field";
    b.all->file.warnings = {"/shop/compose.yaml:2: the variable TAG is not set"};
    const auto got = b.get("GET", "/v2/explain", "global");
    CHECK(got.status == 200);
    CHECK_FALSE(got.same_until_changed);
    const auto told = body_of(got);
    CHECK(*told.find("status") == value{"success"});
    REQUIRE(told.find("problem") != nullptr);
    CHECK(*told.find("problem") == value{b.all->file.problem});
    REQUIRE(told.find("source") != nullptr);
    CHECK(*told.find("source")->find("path") == value{"/shop/compose.yaml"});
    CHECK(told.find("source")->find("warnings")->as_list()->size() == 1);
    // Whoever may see one app only is not told of the file, and whoever knows it is not asked.
    b.all->source_is_silent = true;
    const auto of_one = b.get("GET", "/v2/explain", "camera");
    CHECK(body_of(of_one).find("source") == nullptr);
    CHECK(of_one.status == 200);
  }

  TEST_CASE("api: explain waits for no source of the target that is down, or hangs") {
    bench b;
    b.has_file();
    b.wake();
    const auto problem = [&b] {
      api::request what;
      what.method = "GET";
      what.path = "/v2/explain";
      what.key = secret{"global"};
      auto asked = b.begin(what);
      b.system.run_until([&asked] { return asked.there(); }, 10s);
      REQUIRE(asked.there());
      CHECK(asked.took() <= 2s);
      const auto told = body_of(*asked.get());
      REQUIRE(told.find("problem") != nullptr);
      return *told.find("problem")->as_text();
    };
    b.all->source_answers = false;
    CHECK(problem() == "what the target's file holds is not known now: it is down");
    b.all->source_is_silent = true;
    CHECK(problem().starts_with("what the target's file holds is not known now: "));
  }

  TEST_CASE("api: with a new incarnation all that was kept is void") {
    bench b;
    b.wake();
    const auto kept = b.get("GET", "/ping").same_until_changed;
    REQUIRE(kept);
    b.system.kill(*caf::actor_cast<caf::scheduled_actor*>(b.actor));
    b.actor = b.make(2);
    b.all->changes.clear();
    b.wake();
    REQUIRE(!b.all->changes.empty());
    CHECK(b.all->changes[0] > *kept);
  }
}

} // namespace
} // namespace copal::test
