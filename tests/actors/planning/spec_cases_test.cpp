#include "actors/planning/normalise/older_target.hpp"
#include "actors/planning/normalise/ports.hpp"
#include "actors/planning/normalise/sources.hpp"
#include "tests/actors/planning/documents.hpp"
#include "tests/actors/planning/recordings.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

// The cases of spec/state-engine.md §12 that are about one service: 1 to 20, 55, 57, 68 and 69,
// each as it is written there. What the planner makes of differences is in the plan_* tests.

namespace copal::planning::documents {
namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };
const auto list = [](std::initializer_list<value> items) { return value::list(items); };

container_config with(const char* field, value given) {
  return container_of(cloud(map({{field, std::move(given)}})));
}

/// "8080:80/tcp 8081:81/tcp"; with the host's address in front where there is one.
std::string ports_of(value given) {
  std::string out;
  for (const auto& p : with("ports", list({std::move(given)})).ports)
    out += (out.empty() ? "" : " ") + (p.host_ip.empty() ? "" : p.host_ip + ':')
           + std::to_string(p.host_port) + ':' + std::to_string(p.container_port) + '/'
           + to_string(p.protocol);
  return out;
}

/// The fields in which a container differs from what is wanted of it.
std::string differing(
  const container_config& there, const container_config& wanted, const compare_context& in = {}) {
  container current;
  current.config = there;
  std::string out;
  for (const auto& d : differences(current, wanted, in))
    out += (out.empty() ? "" : " ") + d.field;
  return out;
}

/// The same, from one configuration and a change of it.
std::string differing_after(
  const container_config& wanted, const std::function<void(container_config&)>& change) {
  auto there = wanted;
  change(there);
  return differing(there, wanted);
}

/// A service that was recorded from a v19 supervisor on Docker 20.10, as we read it.
struct recorded {
  explicit recorded(const std::string& name, bool odd = false) {
    for (auto& r : recordings::services(odd)) {
      if (r.name == name)
        it = std::move(r);
    }
    REQUIRE(it.name == name);
    REQUIRE_FALSE(it.shown.id.empty());
    auto doc = recordings::target(odd).doc;
    const auto made = normalise_target(only(std::move(doc), name), recordings::device());
    REQUIRE(made);
    const auto& services = made->target.apps.at(0).release->services;
    REQUIRE(services.size() == 1);
    wanted = resolve(services[0], &it.image, {it.created.image});
  }

  /// The fields in which the container that the engine showed differs from the one we want.
  [[nodiscard]] std::string differing_read_back() const {
    std::string out;
    for (const auto& d : differences(it.shown, wanted, {}))
      out += (out.empty() ? "" : " ") + d.field;
    return out;
  }

  recordings::recording it;
  container_config wanted;

private:
  /// The document with this service alone.
  static target_document only(value doc, const std::string& name) {
    const auto service = [&name](value& v, auto& self) -> void {
      if (const auto* all = v.find("services")) {
        v.set("services", value::map({{name, *all->find(name)}}));
        return;
      }
      for (const auto& m : value::map_type{*v.as_map()}) {
        if (!m.val.is(value::kind::map))
          continue;
        auto inner = m.val;
        self(inner, self);
        v.set(m.key, std::move(inner));
      }
    };
    service(doc, service);
    return {dialect::cloud_v3, "recorded", std::move(doc)};
  }
};

const std::string plain_label = "io.balena.features.";

TEST_SUITE("planning: spec 12") {
  TEST_CASE("spec 12.1: a lone port is the host's, at every address") {
    CHECK(ports_of("80") == "80:80/tcp");
    CHECK(with("ports", list({"80"})).ports.at(0).host_ip.empty());
  }

  TEST_CASE("spec 12.2: a lone range is bound one by one, equal inside and outside") {
    CHECK(ports_of("80-85") == "80:80/tcp 81:81/tcp 82:82/tcp 83:83/tcp 84:84/tcp 85:85/tcp");
  }

  TEST_CASE("spec 12.3: two ranges are bound in pairs") {
    CHECK(
      ports_of("1000-1003:2000-2003") == "1000:2000/tcp 1001:2001/tcp 1002:2002/tcp 1003:2003/tcp");
  }

  TEST_CASE("spec 12.4: ranges of different size are refused") {
    const auto told = effect_in_cloud(map({{"ports", list({"80-90:80-85"})}}));
    CHECK(told.starts_with("refused: "));
    CHECK(told.find("80-90:80-85") != std::string::npos);
  }

  TEST_CASE("spec 12.5: two bindings of one container port are two, also when they are read back") {
    const auto two = with("ports", list({"8080:80", "9000:80"}));
    CHECK(two.ports.size() == 2);
    CHECK(differing(two, two).empty());
    CHECK(differing_after(two, [](auto& c) { c.ports.pop_back(); }) == "ports");
  }

  TEST_CASE("spec 12.6: what is exposed only, by the composition or the image, asks for nothing") {
    const auto exposed = container_of(cloud(map({{"expose", list({"80"})}})));
    CHECK(exposed.ports.empty());
    CHECK(differing(exposed, container_of(cloud(map({})))).empty());
    // An image that exposes 53/udp and 80/tcp: of the first service none is published, of the
    // second one. The engine shows both of them of both, which the recordings leave out.
    const struct {
      std::string name;
      std::set<std::string> published;
    } rows[] = {{"image-full", {}}, {"image-full-override", {"80/tcp"}}};
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const recorded r{row.name};
      std::set<std::string> ours; // what is exposed when we make it: the ports that are published
      for (const auto& p : r.wanted.ports)
        ours.insert(std::to_string(p.container_port) + '/' + to_string(p.protocol));
      CHECK((ours == row.published));
      CHECK((r.it.exposed == row.published));
      CHECK(r.differing_read_back().empty());
    }
  }

  TEST_CASE("spec 12.7: ranges at different addresses or of different protocols stay apart") {
    const auto many =
      container_of(cloud(map({{"ports", list({"80-81", "82-83/udp", "127.0.0.1:84-85:84-85"})}})));
    const auto count = [&many](const std::function<bool(const port_binding&)>& which) {
      return std::count_if(many.ports.begin(), many.ports.end(), which);
    };
    CHECK(many.ports.size() == 6);
    CHECK(count([](const auto& p) { return p.protocol == transport::udp; }) == 2);
    CHECK(count([](const auto& p) { return p.host_ip == "127.0.0.1"; }) == 2);
    // One binding differs: the whole is not taken for a range that covers it.
    CHECK(differing_after(many, [](auto& c) { c.ports[0].protocol = transport::udp; }) == "ports");
    CHECK(differing_after(many, [](auto& c) { c.ports[0].host_ip = "127.0.0.1"; }) == "ports");
  }

  TEST_CASE("spec 12.8: memory limits with every unit; absent is none") {
    // Read as bytes all the same, a limit that no engine takes is refused (decision 0020).
    const struct {
      value given;
      std::int64_t bytes;
      bool is_refused;
    } rows[] = {
      {"64", 64, true},
      {"64b", 64, true},
      {"64K", 65536, true},
      {"64Kb", 65536, true},
      {"64mb", 67108864, false},
      {"64GB", 68719476736, false},
      {64, 64, true},
    };
    for (const auto& row : rows) {
      CAPTURE(debug_string(row.given));
      CHECK(with("mem_reservation", row.given).memory_reservation_bytes == row.bytes);
      CHECK(with("mem_limit", row.given).memory_bytes == (row.is_refused ? 0 : row.bytes));
      const auto told = effect_in_cloud(map({{"mem_limit", row.given}}));
      const auto number = std::to_string(row.bytes);
      CHECK(told.find(row.is_refused ? "mem_limit: found " + number + " bytes, and engines refuse"
                                     : "mem_limit: " + number)
            != std::string::npos);
    }
    CHECK(container_of(cloud(map({}))).memory_bytes == 0);
  }

  TEST_CASE("spec 12.9: a working folder loses the slash at its end, but for the root") {
    CHECK(with("working_dir", "/usr/src/app/").working_dir == "/usr/src/app");
    CHECK(with("working_dir", "/").working_dir == "/");
    CHECK(with("working_dir", "").working_dir.empty());
  }

  TEST_CASE("spec 12.10: a named volume gets the app's prefix") {
    const auto binds = with("volumes", list({"data:/usr/src/app"})).binds;
    CHECK(std::count(binds.begin(), binds.end(), "7_data:/usr/src/app") == 1);
  }

  TEST_CASE("spec 12.11: an extra host with an equals sign has a colon for the engine") {
    CHECK(with("extra_hosts", list({"foo=127.0.0.1"})).extra_hosts
          == std::vector<std::string>{"foo:127.0.0.1"});
  }

  TEST_CASE("spec 12.12: init is sent when it is said, either way") {
    CHECK_FALSE(container_of(cloud(map({}))).init.has_value());
    CHECK(with("init", true).init == true);
    CHECK(with("init", false).init == false);
  }

  TEST_CASE("spec 12.13: kernel modules that the host does not have are not bound") {
    const auto labels = map({{plain_label + "kernel-modules", "1"}});
    const auto binds_with = [&labels](bool has) {
      auto host = device();
      host.has_kernel_modules = has;
      const auto made = normalise_target(cloud(map({}), labels), host);
      REQUIRE(made);
      const auto& binds = web(made->target)->config.binds;
      return std::count(binds.begin(), binds.end(), "/lib/modules:/lib/modules");
    };
    CHECK(binds_with(false) == 0);
    CHECK(binds_with(true) == 1);
  }

  TEST_CASE("spec 12.14: the engine's socket under three names, and the user's DOCKER_HOST stays") {
    const auto labels = map({{plain_label + "balena-socket", "1"}});
    const auto made = container_of(cloud(map({}), labels));
    CHECK(std::count_if(made.mounts.begin(), made.mounts.end(), [](const mount& m) {
      return m.type == "bind" && m.source == "/run/engine.sock";
    }) == 3);
    CHECK(made.env.at("DOCKER_HOST").reveal().starts_with("unix://"));
    const auto mine =
      container_of(cloud(map({{"environment", map({{"DOCKER_HOST", "unix:///mine"}})}}), labels));
    CHECK(mine.env.at("DOCKER_HOST").reveal() == "unix:///mine");
  }

  TEST_CASE("spec 12.15: a request for a GPU that is read back is the same request") {
    const auto gpu = container_of(cloud(map({}), map({{plain_label + "gpu", "1"}})));
    REQUIRE(gpu.device_requests.size() == 1);
    const recorded r{"gpu", true};
    CHECK((r.wanted.device_requests == gpu.device_requests));
    CHECK((r.it.created.device_requests == gpu.device_requests));
    CHECK((r.it.shown.config.device_requests == gpu.device_requests));
    CHECK(r.differing_read_back().empty());
    CHECK(differing_after(gpu, [](auto& c) { c.device_requests.clear(); }) == "device_requests");
  }

  TEST_CASE("spec 12.16: the order of name servers counts, that of volumes does not") {
    const auto servers = with("dns", list({"8.8.8.8", "1.1.1.1"}));
    CHECK(differing_after(servers, [](auto& c) { std::swap(c.dns[0], c.dns[1]); }) == "dns");
    const auto volumes = with("volumes", list({"data:/d", "logs:/l"}));
    CHECK(differing_after(volumes, [](auto& c) {
      std::swap(c.binds.front(), c.binds.back());
    }).empty());
  }

  TEST_CASE("spec 12.17: more aliases than wanted are fine, fewer are not") {
    const auto wanted = with("networks", map({{"front", map({{"aliases", list({"www"})}})}}));
    const auto aliases_of = [](container_config& c) -> std::vector<std::string>& {
      return c.networks.at("a7_front").aliases;
    };
    CHECK(differing_after(wanted, [&](auto& c) { aliases_of(c).push_back("more"); }).empty());
    CHECK(differing_after(wanted, [&](auto& c) { aliases_of(c).clear(); }) == "networks(a7_front)");
  }

  TEST_CASE("spec 12.18: a label=disable of the engine's own is no difference") {
    const auto shared = with("pid", "host");
    CHECK(
      differing_after(shared, [](auto& c) { c.security_opt.push_back("label=disable"); }).empty());
  }

  TEST_CASE("spec 12.19: a service that lives in another one's network goes with its container") {
    const auto wanted = with("network_mode", "service:db");
    auto there = wanted;
    there.network_mode = "container:old";
    CHECK(differing(there, wanted, {{{"db", {"old"}}}}).empty());
    CHECK(differing(there, wanted, {{{"db", {"new"}}}}) == "network_mode");
  }

  TEST_CASE("spec 12.20: health checks as a list, a text, switched off, or the image's") {
    const auto with_image = [](value composition) {
      image_facts image;
      image.healthcheck.test = {"CMD", "image"};
      const auto made = normalise_target(cloud(std::move(composition)), device());
      REQUIRE(made);
      return resolve(*web(made->target), &image, {"sha256:1"}).healthcheck.test;
    };
    const auto check = [&](value given) { return with_image(map({{"healthcheck", given}})); };
    using words = std::vector<std::string>;
    CHECK(check(map({{"test", list({"CMD", "x", "y"})}})) == words{"CMD", "x", "y"});
    CHECK(check(map({{"test", "x y"}})) == words{"CMD-SHELL", "x y"});
    CHECK(check(map({{"disable", true}})) == words{"NONE"});
    CHECK(with_image(map({})) == words{"CMD", "image"});
    // Without one in the image there is none, however the engine tells that.
    const auto none = container_of(cloud(map({})));
    CHECK(none.healthcheck.test == words{"NONE"});
    // Read back, as the engine showed it of a container that was sent so.
    const struct {
      std::string name;
      words test;
    } rows[] = {
      {"hc-startperiod", {"CMD-SHELL", "echo ok"}},
      {"hc-string", {"CMD-SHELL", "echo ok"}},
      {"hc-disable", {"NONE"}},
      {"image-shell", {"CMD-SHELL", "/bin/echo ok"}},
      {"image-full", {"CMD", "/bin/echo", "ok"}},
      {"minimal", {"NONE"}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const recorded r{row.name};
      CHECK(r.wanted.healthcheck.test == row.test);
      CHECK(r.it.shown.config.healthcheck == r.wanted.healthcheck);
      CHECK(r.differing_read_back().empty());
    }
    // An image without an entrypoint, and one whose entrypoint is taken away.
    for (const auto& r : {recorded{"minimal"}, recorded{"entry-empty", true}}) {
      CHECK(r.wanted.entrypoint.empty());
      CHECK(r.it.created.entrypoint.empty());
      CHECK(r.it.shown.config.entrypoint.empty());
      CHECK(r.differing_read_back().empty());
    }
    CHECK(recorded{"entry-empty", true}.it.image.entrypoint == words{"/bin/busybox"});
  }

  TEST_CASE("spec 12.55: a document of version 2, or a name with a blank in front, is refused") {
    const target_document second{dialect::cloud_v3,
      "cloud",
      map({{"local", map({{"name", "x"}, {"config", map({})}, {"apps", map({})}})}})};
    CHECK_FALSE(normalise_target(second, device()));
    auto service = cloud_service(map({}));
    service.set("environment", map({{" A", "1"}}));
    const auto made = normalise_target(cloud_release(map({{"web", service}})), device());
    REQUIRE_FALSE(made);
    CHECK(made.error().what.find("name of an environment variable") != std::string::npos);
  }

  TEST_CASE("spec 12.69: an app of version 2 without a commit has no releases in version 3") {
    const auto service = map({{"imageId", 72},
      {"serviceName", "web"},
      {"image", "registry.example/v2/web:1"},
      {"environment", map({{"A", "1"}})},
      {"labels", map({{"io.balena.features.dbus", "1"}})},
      {"restart", "no"},
      {"networks", map({{"front", value{}}})}});
    const auto app = map({{"name", "shop"},
      {"commit", "c70"},
      {"releaseId", 70},
      {"services", map({{"71", service}})},
      {"networks", map({{"front", map({})}})},
      {"volumes", map({{"data", map({})}})}});
    const auto bare = map({{"name", "empty"}});
    const auto state = map(
      {{"name", "dev"}, {"config", map({{"A", "1"}})}, {"apps", map({{"7", app}, {"8", bare}})}});
    const auto v3 = map({{"dev",
      map({{"name", "dev"},
        {"config", map({{"A", "1"}})},
        {"apps",
          map({{"7",
                 map({{"id", 7},
                   {"name", "shop"},
                   {"class", "fleet"},
                   {"releases",
                     map({{"c70",
                       map({{"id", 70},
                         {"services",
                           map({{"web",
                             map({{"id", 71},
                               {"image_id", 72},
                               {"image", "registry.example/v2/web:1"},
                               {"environment", map({{"A", "1"}})},
                               {"labels", map({{"io.balena.features.dbus", "1"}})},
                               {"composition",
                                 map({{"restart", "no"},
                                   {"networks", map({{"front", value{}}})}})}})}})},
                         {"networks", map({{"front", map({})}})},
                         {"volumes", map({{"data", map({})}})}})}})}})},
            {"8",
              map(
                {{"id", 8}, {"name", "empty"}, {"class", "fleet"}, {"releases", map({})}})}})}})}});
    CHECK(upgraded_target(map({{"local", state}}), {"dev"}) == v3);
    CHECK(upgraded_target(state, {"dev"}) == v3); // what a disk was preloaded with
    const auto made = normalise_target({dialect::cloud_v2, "apps.json", state}, device());
    REQUIRE_MESSAGE(made, made.error().what);
    REQUIRE(made->target.apps.size() == 2);
    CHECK(made->target.apps[0].release->services.size() == 1);
    CHECK_FALSE(made->target.apps[1].release);
  }

  TEST_CASE("a target of version 2 that cannot be one is refused by name and place") {
    const auto with_app = [](const std::string& key, const value& app) {
      return map({{"local", map({{"apps", map({{key, app}})}})}});
    };
    const auto with_service = [&](const value& services) {
      return with_app("7", map({{"commit", "c"}, {"services", services}}));
    };
    const auto named = map({{"serviceName", "web"}});
    const struct {
      value doc;
      std::string told;
    } rows[] = {
      {map({{"local", map({})}}),
        "the target has no \"apps\": expected a map of apps by their numbers"},
      {map({{"local", map({{"name", "x"}, {"apps", {}}})}}),
        "the target has no \"apps\": expected a map of apps by their numbers"},
      {with_app("shop", map({})),
        "\"shop\" is no app of a version 2 document: expected its number there"},
      {with_app("7", map({{"commit", 3}})), "app 7: expected its commit as a text"},
      {with_service(map({{"web", named}})),
        "\"web\" is no service of a version 2 document: expected its number there"},
      {with_service(map({{"1", "web"}})), "service 1: expected a map, got text"},
      {with_service(map({{"1", map({})}})),
        "service 1: expected its name as a text, in "
        "\"serviceName\""},
      {with_service(map({{"1", named}, {"2", named}})), "two services are named web"},
    };
    for (const auto& row : rows) {
      const auto made = normalise_target({dialect::cloud_v2, "apps.json", row.doc}, device());
      REQUIRE_FALSE(made);
      CHECK(made.error().what.ends_with(row.told));
      CHECK(made.error().what.starts_with("apps.json: "));
    }
  }

  TEST_CASE(
    "spec 12.57: in local mode apps that are not of class fleet still come from the cloud") {
    const auto app_of = [](int id, app_class kind, const char* name) {
      target_app app;
      app.id = {id};
      app.uuid = {"a" + std::to_string(id)};
      app.name = name;
      app.kind = kind;
      return app;
    };
    device_target cloud;
    cloud.name = "cloud's";
    cloud.apps = {app_of(1, app_class::fleet, "fleet"),
      app_of(2, app_class::app, "supervisor"),
      app_of(3, app_class::block, "block")};
    device_target local;
    local.name = "local";
    local.apps = {app_of(3, app_class::fleet, "mine"), app_of(9, app_class::fleet, "pushed")};
    const auto both = in_local_mode(local, cloud);
    CHECK(both.name == "local");
    CHECK(both.keeps_volumes);
    std::string told;
    for (const auto& app : both.apps)
      told += to_string(app.id) + ' ' + app.name + "; ";
    CHECK(told == "2 supervisor; 3 mine; 9 pushed; ");
  }

  TEST_CASE("spec 12.68: a variable that differs makes the container anew, and is told as hidden") {
    const auto wanted = with("environment", map({{"KEY", "new-s3cret"}}));
    container there;
    there.config = wanted;
    there.config.env["KEY"] = secret{"old-s3cret"};
    const auto found = differences(there, wanted, {});
    REQUIRE(found.size() == 1);
    CHECK((found[0] == field_difference{"env(KEY)", "hidden", "hidden"}));
  }
}

} // namespace
} // namespace copal::planning::documents
