// What a service gets of the machine: `deploy`, `gpus`, swap, and what depends on other fields.

#include "tests/actors/planning/documents.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::planning::documents {
namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };
const auto list = [](std::initializer_list<value> items) { return value::list(items); };

value limits(std::initializer_list<value_member> members) {
  return map({{"resources", map({{"limits", value::map(members)}})}});
}

value reservations(std::initializer_list<value_member> members) {
  return map({{"resources", map({{"reservations", value::map(members)}})}});
}

/// A service that reserves this one device.
value reserved(value device) {
  return map({{"deploy", reservations({{"devices", list({std::move(device)})}})}});
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

TEST_SUITE("planning: composition") {
  TEST_CASE("resources: what each asks of the container, in both dialects") {
    const struct {
      std::string name;
      value composition;
      std::string effect;
    } rows[] = {
      {"nothing", map({{"deploy", map({})}}), ""},
      {"nothing of resources", map({{"deploy", map({{"resources", map({})}})}}), ""},
      {"memory", map({{"deploy", limits({{"memory", "64m"}})}}), "mem_limit: 67108864"},
      {"processes", map({{"deploy", limits({{"pids", 9}})}}), "pids_limit: 9"},
      {"processors, which ask for no new container",
        map({{"deploy", limits({{"cpus", "0.5"}})}}),
        ""},
      {"reserved memory",
        map({{"deploy", reservations({{"memory", "32m"}})}}),
        "mem_reservation: 33554432"},
      {"a limit here and a reservation there",
        map({{"deploy", limits({{"memory", "64m"}})}, {"mem_reservation", "32m"}}),
        "mem_limit: 67108864; mem_reservation: 33554432"},
      {"a reserved graphics card",
        reserved(map({{"capabilities", list({"gpu"})}, {"count", 1}})),
        "device_requests: [1 [gpu]]"},
      {"all of them",
        reserved(map({{"capabilities", list({"gpu", "compute"})}})),
        "device_requests: [-1 [gpu, compute]]"},
      {"by name",
        reserved(map({{"capabilities", list({"gpu"})}, {"device_ids", list({"0", "1"})}})),
        "device_requests: [0 [gpu] ids [0, 1]]"},
      {"gpus in a word", map({{"gpus", "all"}}), "device_requests: [-1 [gpu]]"},
      {"gpus in full",
        map({{"gpus", list({map({{"driver", "nvidia"}, {"count", 2}})})}}),
        "device_requests: [nvidia 2 [gpu]]"},
      {"gpus, all in full",
        map({{"gpus", list({map({{"count", "all"}, {"capabilities", list({"utility"})}})})}}),
        "device_requests: [-1 [utility, gpu]]"},
      {"swap",
        map({{"mem_limit", "64m"}, {"memswap_limit", "96m"}}),
        "mem_limit: 67108864; memswap_limit: 100663296"},
      {"no swap at all",
        map({{"deploy", limits({{"memory", "64m"}})}, {"memswap_limit", "64m"}}),
        "mem_limit: 67108864; memswap_limit: 67108864"},
      {"any swap", map({{"memswap_limit", -1}}), "memswap_limit: -1"},
      {"any swap, in a text", map({{"memswap_limit", "-1"}}), "memswap_limit: -1"},
      {"swap left to the engine", map({{"memswap_limit", 0}}), ""},
      {"on the machine's network under its name",
        map({{"network_mode", "host"}, {"uts", "host"}}),
        R"(network_mode: "host"; uts: "host")"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(effect_in_cloud(row.composition) == row.effect);
      CHECK(effect_in_compose(row.composition) == row.effect);
    }
    CHECK(container_of(cloud(map({{"deploy", limits({{"cpus", "0.5"}})}}))).nano_cpus == 500000000);
  }

  TEST_CASE("resources: a request reaches the engine in full") {
    const auto made = container_of(compose(map({{"gpus",
      list({map(
        {{"driver", "nvidia"}, {"device_ids", list({"0"})}, {"options", list({"k=v"})}})})}})));
    REQUIRE(made.device_requests.size() == 1);
    CHECK((made.device_requests[0] == device_request{"nvidia", 0, {"0"}, {{"gpu"}}, {{"k", "v"}}}));
  }

  TEST_CASE("resources: the label for a graphics card adds none to those that are asked for") {
    const auto labels = map({{"io.balena.features.gpu", "1"}});
    CHECK(container_of(cloud(map({}), labels)).device_requests.size() == 1);
    const auto made = container_of(cloud(map({{"gpus", "all"}}), labels));
    REQUIRE(made.device_requests.size() == 1);
    CHECK(made.device_requests[0].count == -1);
  }

  TEST_CASE("resources: what is not done is a warning from the cloud and a refusal in a file") {
    const struct {
      std::string name;
      value composition;
      std::string effect; ///< In the cloud.
      std::string told;   ///< Behind "service web: ", of a file.
    } rows[] = {
      {"a limit that stands twice: the service's own counts",
        map({{"mem_limit", "32m"}, {"deploy", limits({{"memory", "64m"}})}}),
        "mem_limit: 33554432",
        "deploy.resources.limits.memory: mem_limit says the same; keep one of the two"},
      {"processes twice",
        map({{"pids_limit", 5}, {"deploy", limits({{"pids", 9}})}}),
        "pids_limit: 5",
        "deploy.resources.limits.pids: pids_limit says the same; keep one of the two"},
      {"processors twice",
        map({{"cpus", 1}, {"deploy", limits({{"cpus", 2}})}}),
        "",
        "deploy.resources.limits.cpus: cpus says the same; keep one of the two"},
      {"a reservation that stands twice",
        map({{"mem_reservation", "32m"}, {"deploy", reservations({{"memory", "64m"}})}}),
        "mem_reservation: 33554432",
        "deploy.resources.reservations.memory: mem_reservation says the same; keep one of the two"},
      {"replicas",
        map({{"deploy", map({{"replicas", 2}})}}),
        "",
        "deploy.replicas: not supported; one container runs for each service; remove it"},
      {"reserved processors",
        map({{"deploy", reservations({{"cpus", "1"}})}}),
        "",
        "deploy.resources.reservations.cpus: not supported; engines reserve no processors; use "
        "cpu_shares of the service"},
      {"devices that are no graphics cards",
        reserved(map({{"capabilities", list({"tpu"})}})),
        "",
        "deploy.resources.reservations.devices[0]: only devices with the capability gpu can be "
        "asked for; name others under devices"},
      {"swap without a limit of memory",
        map({{"memswap_limit", "96m"}}),
        "",
        "memswap_limit: it is memory and swap together, and so at least mem_limit; set mem_limit, "
        "or a larger memswap_limit"},
      {"less swap than memory",
        map({{"mem_limit", "64m"}, {"memswap_limit", "32m"}}),
        "mem_limit: 67108864",
        "memswap_limit: it is memory and swap together, and so at least mem_limit; set mem_limit, "
        "or a larger memswap_limit"},
      {"an address on the machine's network",
        map({{"mac_address", "02:00:00:00:00:01"}, {"network_mode", "host"}}),
        R"(network_mode: "host"; hostname: "device-host")",
        "mac_address: with network_mode host the container has no interface of its own; remove "
        "it"},
      {"a name beside the machine's",
        map({{"hostname", "h"}, {"uts", "host"}}),
        "hostname: \"h\"",
        "uts: hostname stands beside it, and would rename the machine; keep one of the two"},
      {"an address where there is no network",
        map({{"mac_address", "02:00:00:00:00:01"}, {"network_mode", "none"}}),
        R"(network_mode: "none")",
        "mac_address: with network_mode none the container has no interface of its own; remove "
        "it"},
      {"a domain beside the machine's names",
        map({{"domainname", "d"}, {"uts", "host"}}),
        "domainname: \"d\"",
        "uts: domainname stands beside it, and would rename the machine; keep one of the two"},
      {"the same as a setting of the kernel",
        map({{"sysctls", map({{"kernel.domainname", "d"}})}, {"uts", "host"}}),
        "sysctls: [kernel.domainname=d]",
        "uts: domainname stands beside it, and would rename the machine; keep one of the two"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(effect_in_cloud(row.composition) == row.effect);
      CHECK_FALSE(warnings_of(cloud(row.composition)).empty());
      CHECK(first_line(effect_in_compose(row.composition))
            == "refused: compose.yaml: service web: " + row.told);
    }
  }

  TEST_CASE("resources: what cannot be read rejects the document") {
    const struct {
      std::string field;
      value given;
      std::string told; ///< Behind "<place>: <field>".
    } rows[] = {
      {"gpus", 1, ": found 1, expected all, or a list of requests"},
      {"gpus",
        list({map({{"count", 1}, {"device_ids", list({"0"})}})}),
        "[0]: count stands beside device_ids; keep one of the two"},
      {"gpus",
        list({map({{"count", "some"}})}),
        "[0].count: found \"some\", expected a whole number"},
      {"gpus",
        list({map({{"count", -2}})}),
        "[0].count: found -2, expected a number of devices, or all"},
      {"deploy", "x", ": found \"x\", expected a map"},
      {"deploy",
        limits({{"memory", "5m"}}),
        ".resources.limits.memory: found 5242880 bytes, and engines refuse a limit of less than "
        "6m; "
        "expected 6m or more, or 0 for none"},
      {"oom_score_adj", 1001, ": found 1001, expected a whole number from -1000 to 1000"},
      {"oom_score_adj", "-1001", ": found \"-1001\", expected a whole number from -1000 to 1000"},
      {"working_dir", "data/in", ": found \"data/in\", expected an absolute path"},
      {"stdin_open", "yes", ": found \"yes\", expected true or false"},
      {"runtime", list({}), ": found a list, expected text"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.field);
      CAPTURE(debug_string(row.given));
      const auto composition = map({{row.field, row.given}});
      CHECK(first_line(effect_in_cloud(composition))
            == "refused: cloud: app shop, service web: composition." + row.field + row.told);
      CHECK(first_line(effect_in_compose(composition))
            == "refused: compose.yaml: service web: " + row.field + row.told);
    }
  }

  TEST_CASE("resources: two limits of processor time reject the document") {
    const auto told =
      "cpu_quota: cpus stands beside it, and both say how much time the service gets; keep one of "
      "the two";
    for (const auto& other : {map({{"cpus", 0.5}, {"cpu_quota", 50'000}}),
           map({{"deploy", limits({{"cpus", "0.5"}})}, {"cpu_quota", 50'000}})}) {
      CAPTURE(debug_string(other));
      CHECK(first_line(effect_in_cloud(other))
            == std::string{"refused: cloud: app shop, service web: composition."} + told);
      CHECK(first_line(effect_in_compose(other))
            == std::string{"refused: compose.yaml: service web: "} + told);
    }
    CHECK(effect_in_cloud(map({{"cpus", 0}, {"cpu_quota", 50'000}})) == "cpu_quota: 50000");
    CHECK(effect_in_cloud(map({{"oom_score_adj", -1000}})) == "oom_score_adj: -1000");
  }

  TEST_CASE("resources: a setting of the kernel that is the machine's rejects the document") {
    const struct {
      const char* name;
      const char* field;
    } rows[] = {
      {"net.ipv4.ip_forward", "network_mode"},
      {"fs.mqueue.msg_max", "ipc"},
      {"kernel.msgmax", "ipc"},
      {"kernel.sem", "ipc"},
      {"kernel.shm_rmid_forced", "ipc"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto settings = map({{row.name, "1"}});
      const auto told = std::string{"sysctls: "} + row.name + " is the machine's, since "
                        + row.field + " is host; set it on the machine, or remove one of the two";
      const auto both = map({{"sysctls", settings}, {row.field, "host"}});
      CHECK(first_line(effect_in_cloud(both))
            == "refused: cloud: app shop, service web: composition." + told);
      CHECK(first_line(effect_in_compose(both)) == "refused: compose.yaml: service web: " + told);
      CHECK(effect_in_cloud(map({{"sysctls", settings}}))
            == std::string{"sysctls: ["} + row.name + "=1]");
    }
    CHECK_FALSE(
      effect_in_cloud(map({{"sysctls", map({{"kernel.sem", "1"}})}, {"network_mode", "host"}}))
        .starts_with("refused"));
  }

  TEST_CASE("logging: of a file it is the engine's to do, and the cloud's is told of") {
    const auto logs = map({{"logging",
      map({{"driver", "local"}, {"options", map({{"max-file", 2}, {"max-size", "1m"}})}})}});
    CHECK(effect_in_compose(logs)
          == "logging: \"local\"; logging(max-file): hidden; logging(max-size): hidden");
    CHECK(effect_in_cloud(logs).empty());
    CHECK(effect_in_compose(map({{"logging", map({{"options", map({{"max-file", "2"}})}})}}))
          == "logging(max-file): hidden");
    CHECK(effect_in_compose(map({{"logging", map({})}})).empty());
    CHECK(
      effect_in_compose(map({{"logging", map({{"tag", "x"}})}}))
      == "refused: compose.yaml: service web: logging.tag: not supported in logging; remove it");
  }
}

} // namespace
} // namespace copal::planning::documents
