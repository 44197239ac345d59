#include "actors/api/api.hpp"
#include "actors/spawn.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/virtual_system.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace copal::test {
namespace {

using namespace std::chrono_literals;
using requests::perform;
using requests::verb;

/// What the conductor was asked, and what it says.
struct stage {
  std::vector<perform> asked;
  std::optional<error> refusal;
  bool waits = false;
  std::vector<caf::typed_response_promise<requests::performed>> waiting;
  progress where;
};
using shared = std::shared_ptr<stage>;

caf::error away() {
  return to_caf({errc::unavailable, "it is down"});
}

conductor_actor::behavior_type conductor_of(conductor_actor::pointer self, shared all) {
  return {
    [](const engine_view&) {},
    [](const images_view&) {},
    [](const set_target&) -> caf::result<target_accepted> { return away(); },
    [all, self](const perform& x) -> caf::result<requests::performed> {
      all->asked.push_back(x);
      if (all->refusal)
        return to_caf(*all->refusal);
      if (all->waits) {
        all->waiting.push_back(self->make_response_promise<requests::performed>());
        return all->waiting.back();
      }
      return requests::performed{container_id{"f00"}};
    },
    // The end of what was begun; a promise is kept by its own actor.
    [all](const apply_now&) {
      for (auto& asker : std::exchange(all->waiting, {}))
        asker.deliver(requests::performed{});
      return applying{};
    },
    [all](const get_progress&) { return all->where; },
    [](const host::locks_gone&) {},
  };
}

keys_actor::behavior_type keys_of() {
  return {
    [](const keys::get_keys&) -> caf::result<keys::issued_keys> { return away(); },
    [](const keys::get_key_ring&) {
      return keys::key_ring{secret{"global"}, {{app_id{2}, service_name{"cam"}, secret{"camera"}}}};
    },
  };
}

host_actor::behavior_type host_of() {
  return {
    [](const host::take_locks&) -> caf::result<host::found_locks> { return away(); },
    [](const host::release_locks&) -> caf::result<host::locks_done> { return away(); },
    [](const host::make_lock_folder&) -> caf::result<host::locks_done> { return away(); },
    [](const host::find_own_locks&) -> caf::result<host::own_locks> { return away(); },
    [](const host::find_user_locks&) -> caf::result<host::found_locks> { return away(); },
    [](const host::get_os_update&) -> caf::result<host::os_update> { return away(); },
    [](const host::forget_handover&) -> caf::result<host::forgotten> { return away(); },
    [](const host::await_handover&) -> caf::result<host::handover_ended> { return away(); },
    [](const host::get_addresses&) -> caf::result<host::addresses> { return away(); },
    [](const host::get_free_space&) -> caf::result<host::free_space> { return away(); },
    [](const host::place_files&) -> caf::result<host::files_done> { return away(); },
    [](const host::keep_files&) -> caf::result<host::files_done> { return away(); },
    [](const host::get_boot&) -> caf::result<host::boot_facts> { return away(); },
    [](const host::require_reboot&) -> caf::result<host::boot_facts> { return away(); },
    [](const host::get_os_settings&) -> caf::result<host::os_settings> { return away(); },
    [](const host::set_firmware_volume&) -> caf::result<host::os_settings> { return away(); },
  };
}

/// App 2 with one service; app 3 with two.
progress two_apps() {
  progress out;
  out.has_target = true;
  out.engine.incarnation = 1;
  const auto add = [&out](int app, const char* service) {
    supervised_container c;
    c.who.app = {app};
    c.who.name = {service};
    c.what.id = {service};
    c.what.state = container_state::running;
    out.engine.containers.push_back(c);
    if (out.target.apps.empty() || out.target.apps.back().id.value != app) {
      out.target.apps.emplace_back();
      out.target.apps.back().id = {app};
      out.target.apps.back().release.emplace();
    }
    out.target.apps.back().release->services.emplace_back();
    out.target.apps.back().release->services.back().name = {service};
  };
  add(2, "cam");
  add(3, "db");
  add(3, "web");
  return out;
}

struct bench {
  virtual_system system{1};
  shared all = std::make_shared<stage>();
  conductor_actor conductor = system.actors().spawn(conductor_of, all);
  api_child actor = start(1);

  bench() {
    all->where = two_apps();
    caf::anon_send(actor, wake_up{});
    system.settle();
  }

  /// The next one, as after a crash.
  void restart(std::uint64_t incarnation) {
    actor = start(incarnation);
    caf::anon_send(actor, wake_up{});
    system.settle();
  }

  api_child start(std::uint64_t incarnation) {
    return spawn_actor(system.actors(),
      run_api,
      api_config{{"0.1.0", "SomeOS", 48484}},
      api_links{conductor, system.actors().spawn(keys_of), system.actors().spawn(host_of), {}, {}},
      incarnation);
  }

  void end_work() {
    caf::anon_send(conductor, apply_now{});
    system.settle();
  }

  answer<api::reply> begin(api::request what) { return ask(system, actor, std::move(what)); }

  api::reply post(const std::string& path, value body, const char* key = "global") {
    api::request what;
    what.method = "POST";
    what.path = path;
    what.body = std::move(body);
    what.key = secret{key};
    const auto asked = begin(what);
    system.settle();
    REQUIRE(asked.there());
    REQUIRE(asked.get());
    return *asked.get();
  }
};

std::string text_of(const api::reply& x) {
  const auto* text = std::get_if<std::string>(&x.body);
  if (text != nullptr)
    return *text;
  const auto& body = std::get<value>(x.body);
  const auto* message = body.find("message");
  return message != nullptr ? '{' + *message->as_text() + '}' : debug_string(body);
}

TEST_SUITE("api: actions") {
  TEST_CASE("actions: each path asks for its work, and answers in its way") {
    const auto none = value::map({});
    const auto web = value::map({{"serviceName", "web"}});
    const auto app3 = value::map({{"appId", 3}});
    const struct {
      const char* path;
      value body;
      const char* key;
      int status;
      const char* text; ///< JSON messages in braces.
      std::optional<perform> asked;
    } rows[] = {
      {"/v2/applications/3/stop-service",
        web,
        "global",
        200,
        "OK",
        perform{verb::stop_service, {3}, {"web"}, false}},
      {"/v2/applications/3/start-service/",
        web,
        "global",
        200,
        "OK",
        perform{verb::start_service, {3}, {"web"}, false}},
      {"/V2/Applications/3/Restart-Service",
        web,
        "global",
        200,
        "OK",
        perform{verb::restart_service, {3}, {"web"}, false}},
      {"/v2/applications/2/stop-service",
        value::map({{"imageId", "7"}, {"force", "on"}}),
        "camera",
        200,
        "OK",
        perform{verb::stop_service, {2}, {"cam"}, true}},
      {"/v2/applications/3/stop-service",
        none,
        "global",
        400,
        "serviceName or imageId parameters were not provided or the app is multi-container. Use "
        "the v2 service action endpoints.",
        {}},
      {"/v2/applications/x/stop-service", web, "global", 400, "{Invalid app id}", {}},
      {"/v2/applications/0/stop-service", web, "global", 400, "{Invalid app id}", {}},
      {"/v2/applications/3/stop-service", web, "camera", 401, "{Unauthorized}", {}},
      {"/v2/applications/3/stop-service", web, "wrong", 401, "Unauthorized", {}},
      {"/v2/applications/3/stop-service",
        value::map({{"serviceName", "cam"}}),
        "global",
        404,
        "Service not found, a container must exist for this endpoint to work",
        {}},
      {"/v2/applications/3/restart",
        none,
        "global",
        200,
        "OK",
        perform{verb::restart_app, {3}, {}, false}},
      {"/v2/applications/3/purge",
        value::map({{"force", true}}),
        "global",
        200,
        "OK",
        perform{verb::purge_app, {3}, {}, true}},
      {"/v2/applications/x/purge", none, "global", 400, "{Missing app id}", {}},
      {"/v2/applications/3/restart", none, "camera", 401, "{Unauthorized}", {}},
      {"/v1/restart", app3, "global", 200, "OK", perform{verb::restart_app, {3}, {}, false}},
      {"/v1/restart", none, "global", 400, "Missing app id", {}},
      {"/v1/restart", app3, "camera", 401, "{Unauthorized}", {}},
      {"/v1/purge",
        value::map({{"appId", "3"}}),
        "global",
        200,
        "{Data: OK, Error: }",
        perform{verb::purge_app, {3}, {}, false}},
      {"/v1/purge", none, "global", 400, "Invalid or missing appId", {}},
      {"/v1/apps/2/stop",
        none,
        "camera",
        200,
        "",
        perform{verb::stop_service, {2}, {"cam"}, false}},
      {"/v1/apps/2/start",
        none,
        "camera",
        200,
        "",
        perform{verb::start_service, {2}, {"cam"}, false}},
      {"/v1/apps/x/stop", none, "global", 400, "Invalid app id", {}},
      {"/v1/apps/3/stop", none, "camera", 401, "Unauthorized", {}},
      {"/v1/apps//stop", none, "global", 404, nullptr, {}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.path);
      CAPTURE(row.key);
      bench b;
      const auto got = b.post(row.path, row.body, row.key);
      CHECK(got.status == row.status);
      if (row.status == 200 && got.form == api::body_form::json) {
        const auto is_purge = row.asked->what == verb::purge_app;
        CHECK(std::get<value>(got.body)
              == (is_purge ? value::map({{"Data", "OK"}, {"Error", ""}})
                           : value::map({{"containerId", "f00"}})));
      } else if (row.text != nullptr) {
        CHECK(text_of(got) == row.text);
      }
      REQUIRE(b.all->asked.size() == (row.asked ? 1 : 0));
      if (row.asked)
        CHECK(b.all->asked.front() == *row.asked);
    }
  }

  TEST_CASE("actions: a lock is 423, and all else that fails is 503") {
    bench b;
    b.all->refusal = error{errc::conflict, "Lockfile exists for { appId: 3, service: web }"};
    auto got = b.post("/v1/restart", value::map({{"appId", 3}}));
    CHECK(got.status == 423);
    CHECK(text_of(got) == "{Lockfile exists for { appId: 3, service: web }}");
    for (const auto code :
      {errc::unavailable, errc::timeout, errc::exhausted, errc::invalid_input}) {
      b.all->refusal = error{code, "because"};
      got = b.post("/v2/applications/3/purge", value::map({}));
      CHECK(got.status == 503);
      CHECK(text_of(got) == "{because}");
    }
  }

  TEST_CASE("actions: who waits for long is answered in the end, however long it takes") {
    bench b;
    b.all->waits = true;
    api::request what;
    what.method = "POST";
    what.path = "/v1/restart";
    what.body = value::map({{"appId", 3}});
    what.key = secret{"global"};
    auto asked = b.begin(what);
    for (auto i = 0; i < 5; ++i) {
      b.system.run_until([&asked] { return asked.there(); }, 10s);
      REQUIRE(asked.there());
      REQUIRE(asked.get()->status == 102); // Within the edge's patience.
      CHECK(asked.took() < 5s);
      api::request again;
      again.ticket = asked.get()->ticket;
      asked = b.begin(again);
      b.system.settle();
    }
    CHECK(!asked.there());
    b.end_work();
    REQUIRE(asked.there());
    CHECK(asked.get()->status == 200);
    CHECK(b.all->asked.size() == 1);
  }

  TEST_CASE("actions: a ticket of an actor that crashed since is answered with nobody's work") {
    bench b;
    b.all->waits = true;
    api::request what;
    what.method = "POST";
    what.path = "/v1/restart";
    what.body = value::map({{"appId", 3}});
    what.key = secret{"global"};
    const auto first = b.begin(what);
    b.system.run_until([&first] { return first.there(); }, 10s);
    api::request again;
    again.ticket = first.get()->ticket;
    b.restart(2);
    const auto second = b.begin(what);
    b.system.run_until([&second] { return second.there(); }, 10s);
    const auto asked = b.begin(again);
    b.system.settle();
    REQUIRE(asked.there());
    CHECK(asked.get()->status == 503);
    CHECK(text_of(*asked.get()) == "{what became of the request is not known}");
  }

  TEST_CASE("actions: what ends between two questions is kept for the next, and not for ever") {
    bench b;
    b.all->waits = true;
    api::request what;
    what.method = "POST";
    what.path = "/v2/applications/3/restart";
    what.key = secret{"global"};
    const auto later = [&b, &what] {
      const auto asked = b.begin(what);
      b.system.run_until([&asked] { return asked.there(); }, 10s);
      api::request again;
      again.ticket = asked.get()->ticket;
      b.end_work();
      return again;
    };
    const auto first = later();
    const auto fetched = b.begin(first);
    b.system.settle();
    REQUIRE(fetched.there());
    CHECK(fetched.get()->status == 200);
    const auto second = later();
    b.system.run_for(60s);
    const auto late = b.begin(second);
    b.system.settle();
    REQUIRE(late.there());
    CHECK(late.get()->status == 503);
  }

  TEST_CASE("actions: only so much work is waited for") {
    bench b;
    b.all->waits = true;
    api::request what;
    what.method = "POST";
    what.path = "/v2/applications/3/restart";
    what.key = secret{"global"};
    for (auto i = 0; i < 64; ++i)
      (void)b.begin(what);
    b.system.settle();
    const auto one_more = b.begin(what);
    b.system.settle();
    REQUIRE(one_more.there());
    CHECK(one_more.get()->status == 503);
  }
}

} // namespace
} // namespace copal::test
