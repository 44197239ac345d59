#include "actors/planning/normalise/contracts.hpp"

#include "tests/actors/planning/documents.hpp"

#include <doctest/doctest.h>

// What services ask of the device: spec/cloud-protocol.md §11, spec/state-engine.md §12.46 to 49.

namespace copal::planning::documents {
namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };

value requirement_of(const char* type, const char* version) {
  return map({{"type", type}, {"version", version}});
}

value contract_of(value::list_type wants) {
  return map({{"type", "sw.container"}, {"requires", value{std::move(wants)}}});
}

device_facts jetson() {
  auto out = device();
  out.type = "jetson-nano";
  out.arch = "aarch64";
  out.supervisor_version = "16.1.0";
  out.os_slug = "balena-os";
  out.os_number = "2.98.12+rev1";
  out.kernel_name = "Linux";
  out.kernel_release = "4.9.140-l4t-r32.2+g3dcbed5";
  return out;
}

value service_with(
  value contract, bool optional = false, int id = 71, value composition = map({})) {
  auto labels = map({});
  if (optional)
    labels.set("io.balena.features.optional", "1");
  auto out = cloud_service(std::move(composition), std::move(labels), id);
  out.set("contract", std::move(contract));
  return out;
}

const value too_new = contract_of({requirement_of("sw.supervisor", ">=99")});

std::string names_of(const std::vector<service_name>& names) {
  std::string out;
  for (const auto& name : names)
    out += (out.empty() ? "" : " ") + name.value;
  return out;
}

/// "web db" that run, or why the release is rejected; then what is left out.
std::string outcome(value services) {
  const auto made = normalise_target(cloud_release(std::move(services)), jetson());
  if (!made)
    return "refused: " + made.error().what;
  const auto& app = made->target.apps.at(0);
  std::string out;
  if (app.rejected)
    out = app.rejected->why;
  else
    for (const auto& s : app.release->services)
      out += (out.empty() ? "" : " ") + s.name.value;
  return out + (app.left_out.empty() ? "" : ", without " + names_of(app.left_out));
}

TEST_SUITE("planning: contracts") {
  TEST_CASE("contracts: what a device offers, and what it does not know") {
    std::string told;
    for (const auto& offer : offers_of(jetson()))
      told += offer.type + '|' + offer.slug + '|' + offer.version + '\n';
    CHECK(told
          == "arch.sw|aarch64|\n"
             "hw.device-type|jetson-nano|\n"
             "sw.kernel|linux|4.9.140\n"
             "sw.l4t||32.2.0\n"
             "sw.os|balena-os|2.98.12+rev1\n"
             "sw.supervisor||16.1.0\n");
    device_facts unknown;
    unknown.type.clear();
    CHECK(offers_of(unknown).empty());
    unknown.os_number = "12 (bookworm)";
    CHECK(offers_of(unknown).at(0).version == "12");
  }

  TEST_CASE("spec 12.49: the version of L4T stands in the kernel's release") {
    const struct {
      std::string release;
      std::string version;
    } rows[] = {
      {"4.9.140-l4t-r32.2+g3dcbed5", "32.2.0"},
      {"4.9.140-l4t-r32.2", "32.2.0"},
      {"4.4.38-l4t-r28.2.1+g3dcbed5", "28.2.1"},
      {"4.4.38-l4t-r28.2.1.7", "28.2.1"},
      {"4.4.38-l4t-r28", "none"},
      {"4.4.38-l4t-r28-a.b", "none"},
      {"4.4.38-l4t-r", "none"},
      {"4.4.38-l4t-28.2", "none"},
      {"6.1.0-13-amd64", "none"},
      {"", "none"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.release);
      CHECK(l4t_version(row.release).value_or("none") == row.version);
    }
    CHECK(outcome(map({{"web", service_with(contract_of({requirement_of("sw.l4t", ">=32.0.0")}))}}))
          == "web");
  }

  TEST_CASE("contracts: each kind of requirement, met and not") {
    const auto other_os = map({{"type", "sw.os"}, {"slug", "other-os"}, {"version", ">=2"}});
    const struct {
      std::string name;
      value wants;
      std::string told; ///< Empty: met.
    } rows[] = {
      {"supervisor", requirement_of("sw.supervisor", "^16"), ""},
      {"older supervisor",
        requirement_of("sw.supervisor", "<16"),
        "sw.supervisor <16, and this device has 16.1.0"},
      {"l4t", requirement_of("sw.l4t", "32.x"), ""},
      {"other l4t", requirement_of("sw.l4t", "31.x"), "sw.l4t 31.x, and this device has 32.2.0"},
      {"os", requirement_of("sw.os", ">=2.98.12 <3"), ""},
      {"other os", other_os, "sw.os other-os >=2, and this device has balena-os 2.98.12+rev1"},
      {"kernel", map({{"type", "sw.kernel"}, {"slug", "linux"}, {"version", ">=4"}}), ""},
      {"device type", map({{"type", "hw.device-type"}, {"slug", "jetson-nano"}}), ""},
      {"other device type",
        map({{"type", "hw.device-type"}, {"slug", "raspberrypi3"}}),
        "hw.device-type raspberrypi3, and this device has jetson-nano"},
      {"architecture", map({{"type", "arch.sw"}, {"slug", "aarch64"}}), ""},
      {"other architecture",
        map({{"type", "arch.sw"}, {"slug", "amd64"}}),
        "arch.sw amd64, and this device has aarch64"},
      {"a type alone", map({{"type", "sw.l4t"}}), ""},
      {"a version that is none",
        requirement_of("sw.os", "bookworm"),
        "sw.os bookworm, and this device has balena-os 2.98.12+rev1"},
      {"no data", map({{"type", "arch.sw"}, {"slug", "aarch64"}, {"data", map({})}}), ""},
      {"data, which nothing has",
        map({{"type", "arch.sw"}, {"data", map({{"a", 1}})}}),
        "arch.sw with data, and this device has aarch64"},
      {"one of two",
        map({{"or",
          value::list({requirement_of("sw.l4t", "99.x"), requirement_of("sw.os", "2.x")})}}),
        ""},
      {"one of two, one of them one of two",
        map({{"or",
          value::list({requirement_of("sw.l4t", "99.x"),
            map({{"or", value::list({requirement_of("sw.os", "2.x")})}})})}}),
        ""},
      {"none of two",
        map({{"or",
          value::list({requirement_of("sw.l4t", "99.x"), requirement_of("sw.os", "3.x")})}}),
        "sw.l4t 99.x or sw.os 3.x, and this device has 32.2.0, balena-os 2.98.12+rev1"},
      {"one of nothing",
        map({{"or", value::list({})}}),
        "one of nothing, and this device has nothing of the kind"},
      {"more members", map({{"type", "sw.l4t"}, {"more", 1}}), ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto document = cloud_release(map({{"web", service_with(contract_of({row.wants}))}}));
      const auto made = normalise_target(document, jetson());
      REQUIRE(made);
      const auto& app = made->target.apps.at(0);
      CHECK(app.rejected.has_value() == !row.told.empty());
      CHECK(app.release.has_value() == row.told.empty());
      std::string warnings;
      for (const auto& warning : made->warnings)
        warnings += warning;
      CHECK(
        warnings
        == (row.told.empty() ? ""
                             : "cloud: app shop, service web: its contract asks for " + row.told));
    }
  }

  TEST_CASE("spec 12.46: the release of a service that cannot run here is rejected") {
    const auto made = normalise_target(cloud_release(map({
                                         {"web", service_with(too_new)},
                                         {"db", service_with(too_new, false, 73)},
                                         {"log", service_with(too_new, true, 74)},
                                         {"cam", cloud_service(map({}), map({}), 75)},
                                       })),
      jetson());
    REQUIRE(made);
    const auto& app = made->target.apps.at(0);
    CHECK_FALSE(app.release);
    REQUIRE(app.rejected);
    CHECK((*app.rejected == rejection{{70}, {"c70"}, "Services with unmet requirements: db, web"}));
  }

  TEST_CASE("spec 12.46: a rejected app does not hold up its neighbour") {
    auto document = cloud_release(map({{"web", service_with(too_new)}}));
    auto device_node = *document.doc.find("d1");
    auto apps = *device_node.find("apps");
    apps.set("b8",
      map({{"id", 8},
        {"name", "farm"},
        {"releases",
          map(
            {{"c80", map({{"id", 80}, {"services", map({{"cam", cloud_service(map({}))}})}})}})}}));
    device_node.set("apps", apps);
    document.doc.set("d1", device_node);
    const auto made = normalise_target(document, jetson());
    REQUIRE(made);
    REQUIRE(made->target.apps.size() == 2);
    CHECK(made->target.apps[0].rejected);
    CHECK_FALSE(made->target.apps[1].rejected);
    CHECK(made->target.apps[1].release->services.size() == 1);
  }

  TEST_CASE("spec 12.47: an optional service that cannot run here is left out, the app accepted") {
    const auto plain = [](int id, value composition = map({})) {
      return cloud_service(std::move(composition), map({}), id);
    };
    const auto with = [](const char* key, const char* text) { return map({{key, text}}); };
    const auto after = map({{"depends_on", value::list({"cam"})}});
    const struct {
      std::string name;
      value services;
      std::string outcome;
    } rows[] = {
      {"left out",
        map({{"cam", service_with(too_new, true)}, {"web", plain(73)}}),
        "web, without cam"},
      {"optional, and met",
        map({{"cam", service_with(contract_of({requirement_of("sw.os", "2.x")}), true)}}),
        "cam"},
      {"all of them", map({{"cam", service_with(too_new, true)}}), ", without cam"},
      {"one that waits for it goes on without",
        map({{"cam", service_with(too_new, true)}, {"web", plain(73, after)}}),
        "web, without cam"},
      {"one that shares its network cannot run either",
        map({{"cam", service_with(too_new, true)},
          {"web", plain(73, with("network_mode", "service:cam"))}}),
        "Services with unmet requirements: web"},
      {"an optional one that shares its network is left out, too, and so on",
        map({{"a", service_with(contract_of({}), true, 74, with("network_mode", "service:b"))},
          {"b", service_with(contract_of({}), true, 73, with("network_mode", "service:cam"))},
          {"cam", service_with(too_new, true)},
          {"web", plain(75)}}),
        "web, without a b cam"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(outcome(row.services) == row.outcome);
    }
  }

  TEST_CASE("spec 12.48: a contract that is not of the form, or asks for what is not known, refuses"
            " the whole target") {
    const std::string failed = "The contract for service web failed validation, with error: ";
    const auto unknown = map({{"type", "sw.unsupported"}});
    const struct {
      std::string name;
      value contract;
      std::string told;
    } rows[] = {
      {"unknown type", contract_of({unknown}), "sw.unsupported is not a known type of requirement"},
      {"unknown type inside or",
        contract_of({map({{"or", value::list({requirement_of("sw.os", "*"), unknown})}})}),
        "sw.unsupported is not a known type of requirement"},
      {"no map", "sw.container", "found text, expected a map"},
      {"of something else", map({{"type", "sw.block"}}), "type is not sw.container"},
      {"a slug that is no text", map({{"slug", 1}}), "expected text"},
      {"requirements that are no list", map({{"requires", unknown}}), "requires is not a list"},
      {"a requirement that is no map", contract_of({"sw.os"}), "expected a map"},
      {"without a type", contract_of({map({{"slug", "a"}})}), "the requirement has no type"},
      {"a version that is no text",
        contract_of({map({{"type", "sw.os"}, {"version", 2}})}),
        "expected text"},
      {"or that is no list", contract_of({map({{"or", unknown}})}), "or is not a list"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto said = outcome(map({{"web", service_with(row.contract)}}));
      CAPTURE(said);
      CHECK(said.starts_with("refused: cloud: app shop, service web: contract"));
      CHECK(said.find(failed) != std::string::npos);
      CHECK(said.find(row.told) != std::string::npos);
    }
    CHECK(outcome(map({{"web", service_with(map({}))}})) == "web");
    CHECK(outcome(map({{"web", service_with(map({{"slug", "a"}, {"more", 1}}))}})) == "web");
  }
}

} // namespace
} // namespace copal::planning::documents
