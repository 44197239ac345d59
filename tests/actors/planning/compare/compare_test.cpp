#include "actors/planning/compare/compare.hpp"

#include <functional>
#include <string>

#include <doctest/doctest.h>

// Differences that the engine, or time, makes and that mean nothing; and those that mean something.

namespace copal::planning {
namespace {

const std::string id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const std::string db_id(64, 'd');

std::string fields(const std::vector<field_difference>& found) {
  std::string out;
  for (const auto& difference : found)
    out += (out.empty() ? "" : " ") + difference.field;
  return out;
}

using change = std::function<void(container_config&)>;

/// The differing fields after a change on each side of two equal containers.
std::string compared(const change& current, const change& target) {
  container_config wanted;
  wanted.network_mode = "a7_default";
  wanted.networks["a7_default"].aliases = {"web"};
  wanted.env = {{"A", secret{"1"}}};
  wanted.labels = {{"a", "1"}};
  container there;
  there.id.value = id;
  there.config = wanted;
  if (current)
    current(there.config);
  if (target)
    target(wanted);
  return fields(differences(there, wanted, {{{"db", {db_id}}}}));
}

TEST_SUITE("planning: comparison") {
  TEST_CASE("containers: what the engine makes of a value is equal to it") {
    const struct {
      std::string name;
      change current, target;
      std::string fields;
    } rows[] = {
      {"nothing changed", {}, {}, ""},
      {"hostname given by the engine", [](auto& c) { c.hostname = id.substr(0, 12); }, {}, ""},
      {"hostname of somebody", [](auto& c) { c.hostname = "h"; }, {}, "hostname"},
      {"hostname that is a shorter piece of the id",
        [](auto& c) { c.hostname = id.substr(0, 8); },
        {},
        "hostname"},
      {"alias given by the engine",
        [](auto& c) { c.networks["a7_default"].aliases.push_back(id.substr(0, 12)); },
        {},
        ""},
      {"more aliases than wanted",
        [](auto& c) { c.networks["a7_default"].aliases.push_back("more"); },
        {},
        ""},
      {"fewer aliases than wanted",
        {},
        [](auto& c) { c.networks["a7_default"].aliases.push_back("more"); },
        "networks(a7_default)"},
      {"an alias that is a piece of the id",
        [](auto& c) {
          c.networks["a7_default"].aliases = {"web", "0"};
        },
        [](auto& c) {
          c.networks["a7_default"].aliases = {"web", "0"};
        },
        ""},
      {"more networks than wanted", [](auto& c) { c.networks["bridge"]; }, {}, ""},
      {"fewer networks than wanted", {}, [](auto& c) { c.networks["n"]; }, "networks(n)"},
      {"an address the target leaves open",
        [](auto& c) { c.networks["a7_default"].ipv4 = "10.0.0.2"; },
        {},
        ""},
      {"another IPv6 address than wanted",
        [](auto& c) { c.networks["a7_default"].ipv6 = "fd00::2"; },
        [](auto& c) { c.networks["a7_default"].ipv6 = "fd00::3"; },
        "networks(a7_default)"},
      {"another address than wanted",
        [](auto& c) { c.networks["a7_default"].ipv4 = "10.0.0.2"; },
        [](auto& c) { c.networks["a7_default"].ipv4 = "10.0.0.3"; },
        "networks(a7_default)"},
      {"an address of no interface",
        [](auto& c) {
          c.network_mode = "none";
          c.mac_address = "02:00:00:00:00:01";
        },
        [](auto& c) { c.network_mode = "none"; },
        ""},
      {"label=disable beside pid host",
        [](auto& c) { c.security_opt = {"label=disable"}; },
        {},
        ""},
      {"another security option", [](auto& c) { c.security_opt = {"x"}; }, {}, "security_opt"},
      {"processors", [](auto& c) { c.nano_cpus = 5; }, [](auto& c) { c.nano_cpus = 6; }, ""},
      {"init, when the target leaves it open", [](auto& c) { c.init = true; }, {}, ""},
      {"init, when the target wants it", {}, [](auto& c) { c.init = true; }, "init"},
      {"init off is what engines do", {}, [](auto& c) { c.init = false; }, ""},
      {"the device's name",
        [](auto& c) { c.env["BALENA_DEVICE_NAME_AT_INIT"] = secret{"old"}; },
        [](auto& c) { c.env["RESIN_DEVICE_NAME_AT_INIT"] = secret{"new"}; },
        ""},
      {"unlimited processes", [](auto& c) { c.pids_limit = -1; }, {}, ""},
      {"the image's legacy label beside the modern one",
        [](auto& c) { c.labels["io.resin.x"] = c.labels["io.balena.x"] = "1"; },
        [](auto& c) { c.labels["io.balena.x"] = "1"; },
        ""},
      {"another spelling of a capability",
        [](auto& c) { c.cap_add = {"CAP_NET_RAW"}; },
        [](auto& c) { c.cap_add = {"net_raw"}; },
        ""},
      {"bind options that say nothing",
        [](auto& c) {
          c.binds = {"7_d:/d:rw,rprivate,rbind", "7_e:/e:ro,z"};
        },
        [](auto& c) {
          c.binds = {"7_e:/e:z,ro", "7_d:/d"};
        },
        ""},
      {"a bind that became read-only",
        [](auto& c) { c.binds = {"7_d:/d"}; },
        [](auto& c) { c.binds = {"7_d:/d:ro"}; },
        "volumes"},
      {"what the engine fills in where the target leaves it open",
        [](auto& c) {
          c.runtime = "runc";
          c.cgroupns_mode = "private";
          c.memory_swap_bytes = 128;
          c.logging = {"json-file", {{"max-size", "10m"}}};
        },
        {},
        ""},
      {"options of logging that the engine's own configuration adds",
        [](auto& c) {
          c.logging = {"json-file", {{"max-size", "10m"}, {"mode", "blocking"}}};
        },
        [](auto& c) {
          c.logging = {"", {{"max-size", "10m"}}};
        },
        ""},
      {"another size of a log",
        [](auto& c) {
          c.logging = {"json-file", {{"max-size", "10m"}}};
        },
        [](auto& c) {
          c.logging = {"json-file", {{"max-size", "20m"}}};
        },
        "logging(max-size)"},
      {"another runtime",
        [](auto& c) { c.runtime = "runc"; },
        [](auto& c) { c.runtime = "x"; },
        "runtime"},
      {"podman's word for a name of its own", [](auto& c) { c.uts_mode = "private"; }, {}, ""},
      {"the machine's name, when the target has none of its own",
        [](auto& c) {
          c.uts_mode = "host";
          c.hostname = "machine";
        },
        [](auto& c) { c.uts_mode = "host"; },
        ""},
      {"no working folder is the root", [](auto& c) { c.working_dir = "/"; }, {}, ""},
      {"a healthcheck read back", [](auto& c) { c.healthcheck.test = {"NONE"}; }, {}, ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(compared(row.current, row.target) == row.fields);
    }
  }

  TEST_CASE("containers: lists that have no order, and those that have") {
    using list = std::vector<std::string>;
    const struct {
      std::string field;
      list container_config::*member;
      bool ordered;
    } rows[] = {
      {"cap_add", &container_config::cap_add, false},
      {"cap_drop", &container_config::cap_drop, false},
      {"dns_opt", &container_config::dns_options, false},
      {"tmpfs", &container_config::tmpfs, false},
      {"extra_hosts", &container_config::extra_hosts, false},
      {"group_add", &container_config::group_add, false},
      {"security_opt", &container_config::security_opt, false},
      {"volumes", &container_config::binds, false},
      {"dns", &container_config::dns, true},
      {"dns_search", &container_config::dns_search, true},
      {"command", &container_config::command, true},
      {"entrypoint", &container_config::entrypoint, true},
    };
    for (const auto& row : rows) {
      CAPTURE(row.field);
      const auto set = [&row](list to) {
        return [&row, to](container_config& c) { c.*row.member = to; };
      };
      CHECK(compared(set({"A", "B"}), set({"A", "B"})).empty());
      CHECK(compared(set({"A", "B"}), set({"B", "A"})) == (row.ordered ? row.field : ""));
      CHECK(compared(set({"A", "A"}), set({"A"})) == row.field);
    }
  }

  TEST_CASE("containers: lists of things have no order") {
    const mount one{"volume", "7_a", "/a", false, "", false, 0};
    const mount two{"volume", "7_b", "/b", true, "", false, 0};
    CHECK(compared(
      [&](auto& c) {
        c.mounts = {one, two};
      },
      [&](auto& c) {
        c.mounts = {two, one};
      }).empty());
    CHECK(compared(
            [&](auto& c) {
              c.mounts = {one, one};
            },
            [&](auto& c) { c.mounts = {one}; })
          == "mounts");
    const port_binding in{"", 1, 80, transport::tcp};
    const port_binding out{"", 2, 80, transport::tcp};
    CHECK(compared(
      [&](auto& c) {
        c.ports = {in, out};
      },
      [&](auto& c) {
        c.ports = {out, in};
      }).empty());
    const device_mapping a{"/dev/a", "/dev/a", "rwm"};
    const device_mapping b{"/dev/b", "/dev/b", "r"};
    CHECK(compared(
      [&](auto& c) {
        c.devices = {a, b};
      },
      [&](auto& c) {
        c.devices = {b, a};
      }).empty());
    CHECK(compared(
      [&](auto& c) {
        c.ulimits = {{"a", 1, 1}, {"b", 2, 2}};
      },
      [&](auto& c) {
        c.ulimits = {{"b", 2, 2}, {"a", 1, 1}};
      }).empty());
  }

  TEST_CASE("containers: every field that means something is told by its name") {
    const struct {
      std::string field;
      change target;
    } rows[] = {
      {"image", [](auto& c) { c.image = "x"; }},
      {"command", [](auto& c) { c.command = {"x"}; }},
      {"entrypoint", [](auto& c) { c.entrypoint = {"x"}; }},
      {"env(A)", [](auto& c) { c.env["A"] = secret{"2"}; }},
      {"env(B)", [](auto& c) { c.env["B"] = secret{"2"}; }},
      {"env(A)", [](auto& c) { c.env.clear(); }},
      {"labels(a)", [](auto& c) { c.labels["a"] = "2"; }},
      {"labels(b)", [](auto& c) { c.labels["b"] = ""; }},
      {"labels(a)", [](auto& c) { c.labels.clear(); }},
      {"user", [](auto& c) { c.user = "x"; }},
      {"working_dir", [](auto& c) { c.working_dir = "/x"; }},
      {"tty", [](auto& c) { c.tty = false; }},
      {"stdin_open", [](auto& c) { c.stdin_open = true; }},
      {"runtime", [](auto& c) { c.runtime = "x"; }},
      {"logging",
        [](auto& c) {
          c.logging = {"local", {}};
        }},
      {"logging(a)",
        [](auto& c) {
          c.logging = {"", {{"a", "1"}}};
        }},
      {"uts", [](auto& c) { c.uts_mode = "host"; }},
      {"cgroup", [](auto& c) { c.cgroupns_mode = "host"; }},
      {"memswap_limit", [](auto& c) { c.memory_swap_bytes = 5; }},
      {"memswap_limit", [](auto& c) { c.memory_swap_bytes = -1; }},
      {"stop_signal", [](auto& c) { c.stop_signal = "SIGINT"; }},
      {"stop_grace_period", [](auto& c) { c.stop_grace_period = std::chrono::seconds{3}; }},
      {"healthcheck", [](auto& c) { c.healthcheck.retries = 3; }},
      {"restart", [](auto& c) { c.restart.mode = restart_mode::no; }},
      {"restart", [](auto& c) { c.restart.max_retries = 3; }},
      {"volumes", [](auto& c) { c.binds = {"7_d:/d"}; }},
      {"mounts", [](auto& c) { c.mounts.resize(1); }},
      {"anonymous_volumes", [](auto& c) { c.anonymous_volumes = {"/a"}; }},
      {"tmpfs", [](auto& c) { c.tmpfs = {"/t"}; }},
      {"read_only", [](auto& c) { c.read_only = true; }},
      {"shm_size", [](auto& c) { c.shm_bytes = 1; }},
      {"network_mode", [](auto& c) { c.network_mode = "host"; }},
      {"ports", [](auto& c) { c.ports.resize(1); }},
      {"hostname", [](auto& c) { c.hostname = "h"; }},
      {"domainname", [](auto& c) { c.domainname = "d"; }},
      {"mac_address", [](auto& c) { c.mac_address = "m"; }},
      {"dns", [](auto& c) { c.dns = {"1.1.1.1"}; }},
      {"dns_search", [](auto& c) { c.dns_search = {"x"}; }},
      {"dns_opt", [](auto& c) { c.dns_options = {"x"}; }},
      {"extra_hosts", [](auto& c) { c.extra_hosts = {"x:1"}; }},
      {"privileged", [](auto& c) { c.privileged = true; }},
      {"cap_add", [](auto& c) { c.cap_add = {"X"}; }},
      {"cap_drop", [](auto& c) { c.cap_drop = {"X"}; }},
      {"group_add", [](auto& c) { c.group_add = {"x"}; }},
      {"security_opt", [](auto& c) { c.security_opt = {"x"}; }},
      {"devices", [](auto& c) { c.devices.resize(1); }},
      {"device_requests", [](auto& c) { c.device_requests.resize(1); }},
      {"sysctls",
        [](auto& c) {
          c.sysctls = {{"a", "1"}};
        }},
      {"pid", [](auto& c) { c.pid_mode = "host"; }},
      {"ipc", [](auto& c) { c.ipc_mode = "host"; }},
      {"userns_mode", [](auto& c) { c.userns_mode = "host"; }},
      {"cgroup_parent", [](auto& c) { c.cgroup_parent = "x"; }},
      {"ulimits", [](auto& c) { c.ulimits.resize(1); }},
      {"pids_limit", [](auto& c) { c.pids_limit = 5; }},
      {"cpu_shares", [](auto& c) { c.cpu_shares = 5; }},
      {"cpu_quota", [](auto& c) { c.cpu_quota = 5; }},
      {"cpuset", [](auto& c) { c.cpuset = "0"; }},
      {"mem_limit", [](auto& c) { c.memory_bytes = 5; }},
      {"mem_reservation", [](auto& c) { c.memory_reservation_bytes = 5; }},
      {"oom_score_adj", [](auto& c) { c.oom_score_adj = 5; }},
      {"oom_kill_disable", [](auto& c) { c.oom_kill_disable = true; }},
    };
    for (const auto& row : rows) {
      CAPTURE(row.field);
      CHECK(compared({}, row.target) == row.field);
    }
  }

  TEST_CASE("containers: a shared network is compared by the container that has it") {
    const auto wants = [](container_config& c) { c.network_mode = "service:db"; };
    const auto has = [](const std::string& mode) {
      return [mode](container_config& c) {
        c.network_mode = mode;
        c.hostname = "dddddddddddd"; // the other's
      };
    };
    CHECK(compared(has("container:" + db_id), wants).empty());
    CHECK(compared(has("container:" + std::string(64, 'e')), wants) == "network_mode");
    CHECK(compared(has("a7_default"), wants) == "network_mode");
  }

  TEST_CASE("containers: the value of a variable is never told") {
    container there;
    there.config.env = {{"KEY", secret{"old-s3cret"}}};
    container_config wanted;
    wanted.env = {{"KEY", secret{"new-s3cret"}}};
    const auto found = differences(there, wanted, {});
    REQUIRE(found.size() == 1);
    CHECK((found[0] == field_difference{"env(KEY)", "hidden", "hidden"}));
  }

  TEST_CASE("networks: pools count only when the target has some, labels less the supervised one") {
    const network_config plain;
    const auto with = [](const std::function<void(network_config&)>& set) {
      network_config out;
      set(out);
      return out;
    };
    const address_pool pool{"10.0.0.0/24", "10.0.0.1", "", {}};
    const struct {
      std::string name;
      network_config current, target;
      std::string fields;
    } rows[] = {
      {"equal", plain, plain, ""},
      {"pools of the engine", with([&](auto& n) { n.pools = {pool}; }), plain, ""},
      {"pools wanted", plain, with([&](auto& n) { n.pools = {pool}; }), "ipam.config"},
      {"pools removed: their label tells",
        with([&](auto& n) {
          n.pools = {pool};
          n.labels["io.balena.private.ipam.config"] = "true";
        }),
        plain,
        "labels(io.balena.private.ipam.config)"},
      {"driver", plain, with([](auto& n) { n.driver = "macvlan"; }), "driver"},
      {"driver of a config-only network",
        with([](auto& n) {
          n.config_only = true;
          n.driver = "null";
        }),
        with([](auto& n) { n.config_only = true; }),
        ""},
      {"config-only", plain, with([](auto& n) { n.config_only = true; }), "config_only"},
      {"options", plain, with([](auto& n) { n.driver_opts["a"] = "1"; }), "driver_opts(a)"},
      {"the end of a long label",
        with([](auto& n) { n.labels["l"] = std::string(300, 'x') + '1'; }),
        with([](auto& n) { n.labels["l"] = std::string(300, 'x') + '2'; }),
        "labels(l)"},
      {"address driver", plain, with([](auto& n) { n.ipam_driver = "x"; }), "ipam.driver"},
      {"address options", plain, with([](auto& n) { n.ipam_options["a"] = "1"; }), "ipam.options"},
      {"IPv6", plain, with([](auto& n) { n.enable_ipv6 = true; }), "enable_ipv6"},
      {"internal", plain, with([](auto& n) { n.internal = true; }), "internal"},
      {"a legacy network without an app id",
        with([](auto& n) { n.labels["io.resin.supervised"] = "true"; }),
        with([](auto& n) {
          n.labels = {{"io.balena.supervised", "true"}, {"io.balena.app-id", "7"}};
        }),
        "labels(io.balena.app-id)"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(fields(differences(row.current, row.target)) == row.fields);
    }
  }

  TEST_CASE("volumes: an adopted one equals a labelled one; everything else counts") {
    const volume_config bare;
    const volume_config ours{
      "local", {}, {{"io.balena.supervised", "true"}, {"io.balena.app-uuid", "a7"}}};
    CHECK(differences(bare, ours).empty());
    CHECK(fields(differences(bare, volume_config{"nfs", {}, {}})) == "driver");
    CHECK(fields(differences(bare, volume_config{"local", {{"a", "1"}}, {}})) == "driver_opts(a)");
    const volume_config share{"local", {{"o", "password=a"}, {"type", "cifs"}}, {}};
    const volume_config other{"local", {{"o", "password=b"}, {"type", "cifs"}}, {}};
    CHECK(differences(share, other)
          == std::vector<field_difference>{{"driver_opts(o)", "hidden", "hidden"}});
    CHECK(fields(differences(bare, volume_config{"local", {}, {{"a", "1"}}})) == "labels(a)");
  }

  TEST_CASE("labels: told apart by all they hold, and cut between characters") {
    volume_config a;
    volume_config b;
    a.labels["rule"] = std::string(119, 'x') + "\xc3\xa4" + std::string(50, 'y') + "1";
    b.labels["rule"] = std::string(119, 'x') + "\xc3\xa4" + std::string(50, 'y') + "2";
    const auto found = differences(a, b);
    REQUIRE(found.size() == 1);
    CHECK(found.front().field == "labels(rule)");
    CHECK(found.front().current == "..." + std::string(40, 'y') + "1\"");
    CHECK(found.front().target == "..." + std::string(40, 'y') + "2\"");
  }

  TEST_CASE("summary: one line, bounded, that reads as a reason") {
    const auto differ = [](const std::vector<std::string>& names) {
      std::vector<field_difference> out;
      out.reserve(names.size());
      for (const auto& name : names)
        out.push_back({name, "a", "b"});
      return out;
    };
    CHECK(summary({}).empty());
    CHECK(summary(differ({"image"})) == "image differs");
    CHECK(summary(differ({"command", "env(FOO)"})) == "command, env(FOO) differ");
    const std::vector<std::string> many(100, "env(A_LONG_NAME)");
    const auto text = summary(differ(many));
    CHECK(text.size() <= 200);
    CHECK(text.find(" more differ") != std::string::npos);
    CHECK(summary(differ({std::string(5000, 'x'), std::string(5000, 'y')})).size() <= 200);
  }
}

} // namespace
} // namespace copal::planning
