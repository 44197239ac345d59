#include "tests/actors/planning/documents.hpp"
#include "tests/actors/planning/situations.hpp"

#include <variant>

#include <doctest/doctest.h>

// Networks and volumes. Source: spec/state-engine.md §3 and §5.2.

namespace copal::planning::situations {
namespace {

using state = container_state;

const std::string web_in_use = "wait, in use: a7_default goes when web has gone";

void without_networks(situation& s) {
  s.engine.networks.clear();
}

/// `supervisor0` as it is to be.
engine_network local_api_network() {
  engine_network out;
  out.id.value = "api-id";
  out.name = "supervisor0";
  out.config.driver_opts["com.docker.network.bridge.name"] = "supervisor0";
  out.config.pools.push_back({"10.114.104.0/25", "10.114.104.1", {}, {}});
  return out;
}

TEST_SUITE("planning: networks and volumes") {
  TEST_CASE("spec 12.21: a missing network is created") {
    check({
      {"no service needs it yet",
        device{}.wants({}),
        {"createNetwork a7_default (it does not exist)"}},
      {"a service waits for it",
        device{}.running({"web"}).gone("web").but(without_networks).looked(),
        {"createNetwork a7_default (it does not exist)",
          "wait, dependency: web: started when a7_default is there"}},
      {"one that was never started waits for it",
        device{}.running({"web"}).is("web", state::created).but(without_networks),
        {"createNetwork a7_default (it does not exist)",
          "wait, dependency: web: started when a7_default is there"}},
      {"a service that does not join it starts",
        device{}.running({"web"}).gone("web").looked().but([](auto& s) {
          auto& config = target_of(s).release->services.front().config;
          config.network_mode = "host";
          config.networks.clear();
          s.engine.networks.clear();
        }),
        {"start web (it has no container)", "createNetwork a7_default (it does not exist)"}},
      {"it is being created",
        device{}.wants({}).busy("network:a7_default"),
        {"wait, in progress: createNetwork a7_default (it does not exist)"}},
      {"it could not be created",
        device{}.wants({}).failed("network:a7_default"),
        {"wait, back-off: createNetwork a7_default (it does not exist): no answer"}},
      {"a stranger's network of that name is not taken for it",
        device{}.running({}).but([](auto& s) { s.engine.networks.front().config.labels.clear(); }),
        {"createNetwork a7_default (it does not exist)"}},
    });
  }

  TEST_CASE("spec 12.21: for services on the host's network only, it is created as configuration") {
    const auto map = [](
                       std::initializer_list<value_member> members) { return value::map(members); };
    const auto on_host = map({{"network_mode", "host"}});
    const auto networks = map({});
    const auto second = [&](value composition) {
      return documents::cloud_service(std::move(composition), map({}), 73);
    };
    const struct {
      std::string name;
      value services;
      bool config_only;
    } rows[] = {
      {"no service", map({}), true},
      {"all on the host's network",
        map({{"web", documents::cloud_service(on_host)}, {"db", second(on_host)}}),
        true},
      {"one that is not",
        map({{"web", documents::cloud_service(on_host)}, {"db", second(map({}))}}),
        false},
      {"one without any network",
        map({{"web", documents::cloud_service(map({{"network_mode", "none"}}))}}),
        false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto made =
        normalise_target(documents::cloud_release(row.services, networks), documents::device());
      REQUIRE(made);
      auto s = device{}.now;
      s.target = made->target;
      std::vector<create_network> created;
      for (const auto& step : make_plan(s).steps) {
        if (const auto* one = std::get_if<create_network>(&step.action))
          created.push_back(*one);
      }
      REQUIRE(created.size() == 1);
      CHECK(created[0].name == "a7_default");
      CHECK(created[0].config.config_only == row.config_only);
      // Read back it is the same, whatever driver the engine shows of a configuration.
      auto there = created[0].config;
      if (row.config_only)
        there.driver = "null";
      s.engine.networks = {{{"id"}, "a7_default", there}};
      CHECK(told(make_plan(s)).find("a7_default") == std::string::npos);
    }
  }

  TEST_CASE("spec 12.22: a network whose configuration differs is made anew") {
    const auto pool = [](network_config& c) { c.pools.push_back({"10.1.0.0/16", {}, {}, {}}); };
    const auto added = [&](situation& s) {
      auto& wanted = target_of(s).release->networks.front().config;
      pool(wanted);
      wanted.labels["io.balena.private.ipam.config"] = "true";
    };
    const auto removed = [&](situation& s) {
      auto& there = s.engine.networks.front().config;
      pool(there);
      there.labels["io.balena.private.ipam.config"] = "true";
    };
    const auto now = device{}.running({"web"}).looked();
    const std::string kill = "kill web (a7_default is made anew)";
    check({
      {"address pools came: its users go first", device{now}.but(added), {kill, web_in_use}},
      {"address pools went", device{now}.but(removed), {kill, web_in_use}},
      {"users' locks are looked for",
        device{now}.but(added).but([](auto& s) { s.locks.clear(); }),
        {"takeLock (before services are touched)", web_in_use}},
      {"its users have gone",
        device{now}.but(added).gone("web"),
        {"removeNetwork a7_default (its configuration differs)",
          "wait, dependency: web: started when a7_default is there"}},
      {"a container that is just being made may be about to join it",
        device{now}.but(added).gone("web").busy("service:7/web"),
        {"wait, in progress: web: a step is under way",
          "wait, in use: a7_default goes when the step on web has ended"}},
      {"removed: created in the new form",
        device{now}.but(added).gone("web").but(without_networks),
        {"createNetwork a7_default (it does not exist)",
          "wait, dependency: web: started when a7_default is there"}},
      {"an image is missing: it waits for that",
        device{now}.but(added).but([](auto& s) { s.images.engine.clear(); }),
        {"fetch web:1 (the engine does not have it)",
          "wait, fetching: web: replaced when all images of its release are there",
          web_in_use}},
    });
  }

  TEST_CASE("spec 12.23: of two networks of one name one goes, its users first") {
    const auto doubled = [](situation& s) {
      s.engine.networks.push_back(network_of(7, "default"));
      s.engine.networks.back().id.value = "second";
    };
    const auto two = device{}.running({"web"}).looked().but(doubled);
    check({
      {"the users go", device{two}, {"kill web (a7_default is made anew)", web_in_use}},
      {"then one of them",
        device{two}.gone("web"),
        {"removeNetwork a7_default (its configuration differs)",
          "wait, dependency: web: started when a7_default is there"}},
    });
  }

  TEST_CASE("spec 12.24: a network leaves the target while images are missing") {
    const auto two = device{}.running({service{"web"}.network("front")});
    check({
      {"images come first",
        device{two}.wants({service{"web"}.from("web:2")}),
        {"fetch web:2 (the engine does not have it)",
          "wait, fetching: web: replaced when all images of its release are there",
          "wait, in use: a7_front goes when web has gone"}},
    });
  }

  TEST_CASE("networks: one that the target does not name goes when nobody uses it") {
    const auto with = [](const engine_network& network) {
      return [network](situation& s) { s.engine.networks.push_back(network); };
    };
    auto stranger = network_of(7, "extra");
    stranger.config.labels.clear();
    auto old_style = network_of(7, "extra");
    old_style.name = "7_default";
    old_style.config.labels = {{"io.resin.supervised", "true"}};
    const auto joined = [](container& c) { c.config.networks["a7_extra"]; };
    const auto running = device{}.running({"web"}).but(with(network_of(7, "extra")));
    check({
      {"nobody uses it", device{running}, {"removeNetwork a7_extra (not in the target)"}},
      {"a container of the target uses it: it goes first",
        device{running}.container_of("web", joined).looked(),
        {"kill web (a7_extra is made anew)", "wait, in use: a7_extra goes when web has gone"}},
      {"a dead container uses it",
        device{running}.container_of("web", joined).is("web", state::dead),
        {"remove web (it is dead)",
          "wait, in progress: web: its dead container goes first",
          "wait, in use: a7_extra goes when web has gone"}},
      {"another app's service uses it",
        device{running}.app(8).running({"db"}).container_of("db", joined),
        {"wait, in use: a7_extra goes when db has gone"}},
      {"an old supervisor's, by its name",
        device{}.running({"web"}).but(with(old_style)),
        {"removeNetwork 7_default (not in the target)"}},
      {"a stranger's stays", device{}.running({"web"}).but(with(stranger)), {}},
      {"one of an app that is gone goes",
        device{}.but(with(network_of(8, "default"))),
        {"removeNetwork a8_default (not in the target)"}},
      {"its removal failed",
        device{running}.failed("network:a7_extra"),
        {"wait, back-off: removeNetwork a7_extra (not in the target): no answer"}},
    });
  }

  TEST_CASE("spec 12.25: a volume that the target no longer names stays") {
    check({
      {"with its service",
        device{}.running({service{"web"}.volume("data")}).wants({"web"}).looked(),
        {"kill web (volumes differs)"}},
      {"without",
        device{}.running({"web"}).but([](auto& s) { s.engine.volumes = {volume_of(7, "data")}; }),
        {}},
    });
  }

  TEST_CASE("spec 12.26: a volume whose configuration differs is made anew") {
    const auto labelled = [](situation& s) {
      target_of(s).release->volumes.front().config.labels["a"] = "1";
    };
    const auto now = device{}.running({service{"web"}.volume("data")}).but(labelled);
    const std::string in_use = "wait, in use: 7_data goes when web has gone";
    const std::string waits = "wait, dependency: web: started when 7_data is there";
    check({
      {"locks first", device{now}, {"takeLock (before services are touched)", in_use}},
      {"then its users", device{now}.looked(), {"kill web (7_data is made anew)", in_use}},
      {"one that mounts it in the long form too",
        device{now}.looked().but([](auto& s) {
          for (auto* c :
            {&container_of(s, "web").config, &target_of(s).release->services.front().config}) {
            c->binds.clear();
            c->mounts.push_back({"volume", "7_data", "/data", false, {}, false, 0});
          }
        }),
        {"kill web (7_data is made anew)", in_use}},
      {"then the volume",
        device{now}.gone("web").looked(),
        {"removeVolume 7_data (its configuration differs)", waits}},
      {"then the new one",
        device{now}.gone("web").looked().but([](auto& s) { s.engine.volumes.clear(); }),
        {"createVolume 7_data (it does not exist)", waits}},
      {"then its users again",
        device{}.running({service{"web"}.volume("data")}).gone("web").looked(),
        {"start web (it has no container)"}},
    });
  }

  TEST_CASE("volumes: a volume without our label is adopted as it is") {
    const auto strangers = [](situation& s) {
      s.engine.volumes.front().config = {"nfs", {{"o", "x"}}, {{"io.somebody", "1"}}};
    };
    check({
      {"in use", device{}.running({service{"web"}.volume("data")}).but(strangers), {}},
      {"to be used",
        device{}.running({service{"web"}.volume("data")}).but(strangers).gone("web").looked(),
        {"start web (it has no container)"}},
      {"ours from another driver is made anew",
        device{}.running({service{"web"}.volume("data")}).gone("web").looked().but([](auto& s) {
          s.engine.volumes.front().config.driver = "nfs";
        }),
        {"removeVolume 7_data (its configuration differs)",
          "wait, dependency: web: started when 7_data is there"}},
    });
  }

  TEST_CASE("spec 12.28: volumes that are not managed") {
    const auto with = [](const std::string& name, const label_map& labels) {
      return device{}.but([&](situation& s) {
        s.engine.volumes = {{name, {}}};
        s.engine.volumes.front().config.labels = labels;
      });
    };
    const label_map ours{{"io.balena.supervised", "true"}, {"io.balena.app-uuid", "a7"}};
    const label_map old{{"io.resin.supervised", "true"}};
    check({
      {"a user's", with("user_created_volume", {}), {}},
      {"a stranger's", with("non_supervised_volume", {}), {}},
      {"a stranger's that looks like ours", with("7_data", {}), {}},
      {"a stranger's compose project", with("web2_db", {}), {}},
      {"the extra firmware", with("extra-firmware", ours), {}},
      {"ours of an app that is gone",
        with("7_data", ours),
        {"removeVolume 7_data (not in the target)"}},
      {"an old supervisor's of an app that is gone",
        with("7_data", old),
        {"removeVolume 7_data (not in the target)"}},
    });
  }

  TEST_CASE("volumes and networks of one app that is gone go side by side") {
    check({
      {"nothing else is left of it",
        device{}.but([](auto& s) {
          s.engine.networks = {network_of(8, "default")};
          s.engine.volumes = {volume_of(8, "data")};
        }),
        {"removeVolume 8_data (not in the target)",
          "removeNetwork a8_default (not in the target)"}},
      {"a container of an old supervisor is left too",
        device{}
          .app(8)
          .running({service{"web"}.volume("data")})
          .does_not_want_the_app()
          .looked()
          .but([](auto& s) { s.engine.containers.front().who.uuid = {}; }),
        {"kill web (not in the target)",
          "wait, in use: 8_data goes when web has gone",
          "wait, in use: a8_default goes when web has gone"}},
    });
  }

  TEST_CASE("spec 12.42: the network of the local API") {
    const auto with = [](const std::function<void(network_config&)>& change = {}) {
      return [change](situation& s) {
        s.engine.networks.push_back(local_api_network());
        if (change)
          change(s.engine.networks.back().config);
      };
    };
    const auto other_subnet = [](network_config& c) { c.pools.front().subnet = "10.0.0.0/24"; };
    const auto asking = device{}.running({service{"web"}.local_api()}).looked();
    const std::string create = "createNetwork supervisor0 (asked for)";
    const std::string remove = "removeNetwork supervisor0 (its configuration differs)";
    const std::string waits = "wait, dependency: web: started when supervisor0 is there";
    const std::string kill = "kill web (supervisor0 is made anew)";
    check({
      {"nobody asks for it", device{}.running({"web"}), {}},
      {"nobody asks for it and it is wrong", device{}.running({"web"}).but(with(other_subnet)), {}},
      {"it is right", device{asking}.but(with()), {}},
      {"its labels and pools' order do not count",
        device{asking}.but(with([](auto& c) {
          c.labels["a"] = "1";
          c.driver_opts["x"] = "y";
        })),
        {}},
      {"it is missing", device{asking}.gone("web"), {create, waits}},
      {"it is missing, and one that was on it runs",
        device{asking}.container_of(
          "web", [](container& c) { c.config.networks.erase("supervisor0"); }),
        {create, "kill web (networks(supervisor0) differs)"}},
      {"wrong subnet: its users go first", device{asking}.but(with(other_subnet)), {kill}},
      {"wrong gateway",
        device{asking}.but(with([](auto& c) { c.pools.front().gateway = "10.114.104.9"; })),
        {kill}},
      {"wrong bridge", device{asking}.but(with([](auto& c) { c.driver_opts.clear(); })), {kill}},
      {"no addresses", device{asking}.but(with([](auto& c) { c.pools.clear(); })), {kill}},
      {"locks first",
        device{asking}.but(with(other_subnet)).but([](auto& s) { s.locks.clear(); }),
        {"takeLock (before services are touched)"}},
      {"its users have gone", device{asking}.but(with(other_subnet)).gone("web"), {remove, waits}},
      {"two apps ask for it: it is made once",
        device{asking}.gone("web").app(8).running({service{"web"}.local_api()}).gone("web"),
        {create, waits, waits}},
      {"it could not be made",
        device{asking}.gone("web").failed("network:supervisor0"),
        {"wait, back-off: " + create + ": no answer", waits}},
    });
  }

  TEST_CASE("components: a network and a volume of one name are two things") {
    // As in a target of version 2, where networks too have the app's number in front.
    const auto with_network = [](situation& s) {
      auto network = network_of(7, "data");
      network.name = "7_data";
      s.engine.networks.push_back(network);
    };
    const auto strangers = [](situation& s) {
      engine_network network;
      network.id.value = "theirs";
      network.name = "7_data";
      s.engine.networks.push_back(network);
    };
    check({
      {"the network goes, and who has the volume stays",
        device{}.running({service{"web"}.volume("data")}).looked().but(with_network),
        {"removeNetwork 7_data (not in the target)"}},
      {"the volume is made anew, and the network goes its own way",
        device{}
          .running({service{"web"}.volume("data")})
          .gone("web")
          .looked()
          .but([](situation& s) { s.engine.volumes.front().config.driver = "nfs"; })
          .but(with_network),
        {"removeNetwork 7_data (not in the target)",
          "removeVolume 7_data (its configuration differs)",
          "wait, dependency: web: started when 7_data is there"}},
      {"a stranger's network of that name is not touched",
        device{}
          .running({service{"web"}.volume("data")})
          .does_not_want_the_app()
          .gone("web")
          .looked()
          .but(strangers),
        {"removeVolume 7_data (not in the target)",
          "removeNetwork a7_default (not in the target)",
          "removeImage web:1 of web (no release and no container needs it)"}},
    });
  }

  TEST_CASE("spec 12.43: the volume of the extra firmware") {
    const auto asking = device{}.running({service{"web"}.extra_firmware()}).looked();
    check({
      {"nobody asks for it", device{}.running({"web"}), {}},
      {"it is missing",
        device{asking}.gone("web"),
        {"createVolume extra-firmware (asked for)",
          "wait, dependency: web: started when extra-firmware is there"}},
      {"it is there",
        device{asking}.but([](auto& s) {
          s.engine.volumes = {{"extra-firmware", {}}};
        }),
        {}},
      {"it is there, and the service starts",
        device{asking}.gone("web").but([](auto& s) {
          s.engine.volumes = {{"extra-firmware", {}}};
        }),
        {"start web (it has no container)"}},
    });
  }

  TEST_CASE("spec 5.2: config.json names the volume of the extra firmware") {
    const auto named = [](const std::string& volume) {
      return [volume](situation& s) {
        s.engine.volumes = {{"extra-firmware", {}}};
        s.os = host::os_settings{volume};
      };
    };
    const auto asking = device{}.running({service{"web"}.extra_firmware()}).looked();
    check({
      {"nobody asks for it", device{}.running({"web"}).but(named("")), {}},
      {"what it names is not known yet",
        device{asking}.but([](situation& s) {
          s.engine.volumes = {{"extra-firmware", {}}};
        }),
        {}},
      {"first the volume",
        device{asking}.but([](situation& s) {
          s.os = host::os_settings{};
          s.engine.volumes.clear();
        }),
        {"createVolume extra-firmware (asked for)"}},
      {"it names none",
        device{asking}.but(named("")),
        {"ensureExtraFirmwareVolume extra-firmware (config.json names none)"}},
      {"it names another",
        device{asking}.but(named("other")),
        {"ensureExtraFirmwareVolume extra-firmware (config.json names other)"}},
      {"it names it", device{asking}.but(named("extra-firmware")), {}},
      {"it cannot be written: that holds no service up",
        device{asking}.gone("web").but(named("")).failed("config.json:os.kernel.extraFirmwareVol"),
        {"start web (it has no container)",
          "wait, back-off: ensureExtraFirmwareVolume extra-firmware (config.json names none): "
          "no answer"}},
    });
  }
}

} // namespace
} // namespace copal::planning::situations
