#include "tests/actors/planning/documents.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::planning::documents {
namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };
const auto list = [](std::initializer_list<value> items) { return value::list(items); };

TEST_SUITE("planning: composition") {
  TEST_CASE("fields: what each form of a field asks of the container, in both dialects") {
    const struct {
      std::string field;
      value given;
      std::string effect;
    } rows[] = {
      {"command", "sleep 100", "command: [sleep, 100]"},
      {"command", list({"sleep", "100"}), "command: [sleep, 100]"},
      {"command", list({"sleep", 100}), "command: [sleep, 100]"},
      {"command", list({}), ""},
      {"command", "", ""},
      {"entrypoint", "sh -c", "entrypoint: [sh, -c]"},
      {"entrypoint", list({"sh"}), "entrypoint: [sh]"},
      {"environment", map({{"A", "1"}, {"B", 2}}), "env(A): hidden; env(B): hidden"},
      {"environment", map({{"T", true}, {"R", 1.5}}), "env(R): hidden; env(T): hidden"},
      {"environment",
        list({"A=1", "B=x=y", "C="}),
        "env(A): hidden; env(B): hidden; env(C): hidden"},
      {"environment", map({{"BALENA_DEVICE_NAME_AT_INIT", "mine"}}), ""},
      {"labels",
        map({{"a", "1"}, {"b", 2}, {"c", value{}}}),
        R"(labels(a): "1"; labels(b): "2"; labels(c): "")"},
      {"labels", list({"a=1=2", "b"}), R"(labels(a): "1=2"; labels(b): "")"},
      {"labels", map({{"io.resin.x", "1"}}), "labels(io.balena.x): \"1\""},
      {"labels", map({{"io.balena.app-id", "999"}, {"io.balena.supervised", "no"}}), ""},
      {"tmpfs", "/run", "tmpfs: [/run]"},
      {"tmpfs", list({"/run", "/b:size=1m"}), "tmpfs: [/b:size=1m, /run]"},
      {"tmpfs", list({"/run", "/run"}), "tmpfs: [/run]"},
      {"tmpfs", list({"/b:size=1m", "/b:size=1m"}), "tmpfs: [/b:size=1m]"},
      {"tmpfs", list({"/run:", "/run"}), "tmpfs: [/run]"},
      {"restart", "no", "restart: no"},
      {"restart", " Unless-Stopped ", "restart: unless-stopped"},
      {"restart", "on-failure", "restart: on-failure"},
      {"restart", "always", ""},
      {"privileged", true, "privileged: true"},
      {"init", true, "init: true"},
      {"init", false, ""},
      {"user", "1000:1000", "user: \"1000:1000\""},
      {"user", 1000, "user: \"1000\""},
      {"working_dir", "/usr/src/app/", "working_dir: \"/usr/src/app\""},
      {"working_dir", "/", ""},
      {"working_dir", "", ""},
      {"hostname", "h", "hostname: \"h\""},
      {"domainname", "d.test", "domainname: \"d.test\""},
      {"mac_address", "02:42:ac:11:65:43", "mac_address: \"02:42:ac:11:65:43\""},
      {"dns", "9.9.9.9", "dns: [9.9.9.9]"},
      {"dns", list({"8.8.8.8", "1.1.1.1"}), "dns: [8.8.8.8, 1.1.1.1]"},
      {"dns_search", "a.test", "dns_search: [a.test]"},
      {"dns_opt", list({"use-vc", "timeout:2"}), "dns_opt: [timeout:2, use-vc]"},
      {"extra_hosts",
        list({"foo=127.0.0.1", "v6=::1", "bar:1.2.3.4"}),
        "extra_hosts: [bar:1.2.3.4, foo:127.0.0.1, v6:::1]"},
      {"extra_hosts", map({{"foo", "127.0.0.1"}}), "extra_hosts: [foo:127.0.0.1]"},
      {"extra_hosts",
        map({{"foo", list({"127.0.0.1", "[::1]"})}, {"bar", "::2"}}),
        "extra_hosts: [bar:::2, foo:127.0.0.1, foo:::1]"},
      {"extra_hosts", list({"foo=[::1]", "bar:[::2]"}), "extra_hosts: [bar:::2, foo:::1]"},
      {"cap_add", list({"NET_ADMIN"}), "cap_add: [NET_ADMIN]"},
      {"cap_drop", list({"MKNOD"}), "cap_drop: [MKNOD]"},
      {"group_add", list({"video", 20}), "group_add: [20, video]"},
      {"devices",
        list({"/dev/a", "/dev/b:/dev/c", "/dev/d:/dev/e:r"}),
        "devices: [/dev/a:/dev/a:rwm, /dev/b:/dev/c:rwm, /dev/d:/dev/e:r]"},
      {"devices",
        list({map({{"source", "/dev/a"}}),
          map({{"source", "/dev/b"}, {"target", "/dev/c"}, {"permissions", "r"}, {"x-n", 1}})}),
        "devices: [/dev/a:/dev/a:rwm, /dev/b:/dev/c:r]"},
      {"stdin_open", true, "stdin_open: true"},
      {"stdin_open", false, ""},
      {"runtime", "nvidia", "runtime: \"nvidia\""},
      {"runtime", "", ""},
      {"uts", "host", "uts: \"host\""},
      {"uts", "", ""},
      {"cgroup", "host", "cgroup: \"host\""},
      {"cgroup", "private", "cgroup: \"private\""},
      {"security_opt", list({"no-new-privileges"}), "security_opt: [no-new-privileges]"},
      {"sysctls", list({"a.b=1", "c.d=2"}), "sysctls: [a.b=1, c.d=2]"},
      {"sysctls", map({{"a.b", 1}, {"c.d", "x=y"}}), "sysctls: [a.b=1, c.d=x=y]"},
      {"ulimits",
        map({{"nproc", 512}, {"nofile", map({{"soft", 1}, {"hard", 2}})}}),
        "ulimits: [nofile=1:2, nproc=512:512]"},
      {"stop_signal", "SIGINT", "stop_signal: \"SIGINT\""},
      {"stop_signal", 9, "stop_signal: \"9\""},
      {"stop_grace_period", "1m30s", "stop_grace_period: 90 s"},
      {"stop_grace_period", "1999ms", "stop_grace_period: 1 s"},
      {"stop_grace_period", "36500d", "stop_grace_period: 3153600000 s"},
      {"pid", "host", "pid: \"host\""},
      {"pid", "container:other", "pid: \"container:other\""},
      {"pid", "private", ""}, // what it is without, and not a word for every engine
      {"pid", "", ""},
      {"pids_limit", 100, "pids_limit: 100"},
      {"pids_limit", 0, ""},
      {"ipc", "host", "ipc: \"host\""},
      {"ipc", "none", "ipc: \"none\""},
      {"ipc", "private", "ipc: \"private\""},
      {"ipc", "shareable", ""},
      {"ipc", "container:other", "ipc: \"container:other\""},
      {"ipc", "", ""}, // the engine would put its default in the place of an empty text
      {"userns_mode", "host", "userns_mode: \"host\""},
      {"userns_mode", "keep-id", "userns_mode: \"keep-id\""}, // podman's
      {"network_mode", "", ""},
      {"annotations", map({{"a", "b"}}), "annotations(a): \"b\""},
      {"annotations", list({"a=b=c"}), "annotations(a): \"b=c\""},
      {"cgroup_parent", "p", "cgroup_parent: \"p\""},
      {"cpu_shares", 512, "cpu_shares: 512"},
      {"cpu_shares", "256", "cpu_shares: 256"},
      {"cpu_quota", 50000, "cpu_quota: 50000"},
      {"oom_score_adj", -100, "oom_score_adj: -100"},
      {"cpuset", "0-1", "cpuset: \"0-1\""},
      {"cpuset", 0, "cpuset: \"0\""},
      {"mem_limit", "64m", "mem_limit: 67108864"},
      {"mem_limit", 67108865, "mem_limit: 67108865"},
      {"mem_limit", "6m", "mem_limit: 6291456"},
      {"mem_limit", 0, ""},
      {"mem_reservation", "32M", "mem_reservation: 33554432"},
      {"shm_size", "16mb", "shm_size: 16777216"},
      {"shm_size", "64m", ""},
      {"shm_size", 0, ""}, // the engine makes 64 MiB of it
      {"shm_size", "0", ""},
      {"oom_kill_disable", true, "oom_kill_disable: true"},
      {"read_only", true, "read_only: true"},
      {"ports", list({"8080:80", "9000:80"}), "ports: [8080:80/tcp, 9000:80/tcp]"},
      {"ports", list({"8080:80", "8080:80"}), "ports: [8080:80/tcp]"},
      {"ports",
        list({map({{"target", 80}, {"published", "8080"}}),
          map({{"target", 53}, {"published", 53}, {"protocol", "udp"}, {"host_ip", "127.0.0.1"}}),
          map({{"target", 81}, {"published", 81}, {"host_ip", "::1"}, {"mode", "host"}}),
          map({{"target", 82}, {"published", 82}, {"name", "n"}, {"app_protocol", "http"}})}),
        "ports: [82:82/tcp, 8080:80/tcp, 127.0.0.1:53:53/udp, ::1:81:81/tcp]"},
      {"healthcheck",
        map({{"test", "true"}}),
        "healthcheck: [CMD-SHELL, true] interval 0 ms timeout 0 ms start period 0 ms start "
        "interval 0 ms "
        "retries 0"},
      {"healthcheck",
        map({{"test", list({"CMD", "x"})},
          {"interval", "1m"},
          {"timeout", "3s"},
          {"start_period", "10s"},
          {"retries", 2}}),
        "healthcheck: [CMD, x] interval 60000 ms timeout 3000 ms start period 10000 ms start "
        "interval 0 ms retries 2"},
      {"healthcheck",
        map({{"test", "x"}, {"interval", "1ms"}, {"timeout", "0s"}, {"start_interval", "5s"}}),
        "healthcheck: [CMD-SHELL, x] interval 1 ms timeout 0 ms start period 0 ms start interval "
        "5000 ms retries 0"},
      {"healthcheck", map({{"disable", true}}), ""},
      {"depends_on", list({"db"}), ""},
      {"x-anything", map({{"a", 1}}), ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.field);
      CAPTURE(debug_string(row.given));
      CHECK(effect_in_cloud(map({{row.field, row.given}})) == row.effect);
      CHECK(effect_in_compose(map({{row.field, row.given}})) == row.effect);
    }
  }

  TEST_CASE("fields: where the two dialects mean different things") {
    const struct {
      std::string field;
      value given;
      std::string cloud, compose; ///< A refusal's first words suffice.
    } rows[] = {
      {"tty", true, "", "tty: true"},
      {"tty", false, "tty: false", ""},
      {"ports", list({"80"}), "ports: [80:80/tcp]", "ports: [0:80/tcp]"},
      {"ports", list({80}), "ports: [80:80/tcp]", "ports: [0:80/tcp]"},
      {"ports", list({map({{"target", 80}})}), "ports: [80:80/tcp]", "ports: [0:80/tcp]"},
      {"ports",
        list({map({{"target", 80}, {"host_ip", "127.0.0.1"}})}),
        "ports: [127.0.0.1:80:80/tcp]",
        "ports: [127.0.0.1:0:80/tcp]"},
      {"devices",
        list({"dev/null"}), // from the engine's own folder, which is the root as a rule
        "devices: [dev/null:dev/null:rwm]",
        "refused: compose.yaml: service web: devices[0]: not the path of a device"},
      {"network_mode",
        false,
        "",
        "refused: compose.yaml: service web: network_mode: found false, expected text"},
      {"network_mode",
        0,
        "",
        "refused: compose.yaml: service web: it joins the network 0, which the release does not "
        "have"},
      {"tmpfs",
        list({"/run:size=1m", "/tmp", "/run:size=2m"}),
        "tmpfs: [/run:size=2m, /tmp]",
        "refused: compose.yaml: service web: tmpfs[2]: there is another tmpfs on /run with other "
        "options; keep one of the two"},
      {"tmpfs",
        list({"/run:size=1m", "/run"}),
        "tmpfs: [/run]",
        "refused: compose.yaml: service web: tmpfs[1]: there is another tmpfs on /run with other"},
      {"annotations",
        map({{"", "x"}, {"a", "b"}}),
        "annotations(a): \"b\"",
        "refused: compose.yaml: service web: annotations: engines refuse one without a name; give "
        "it one"},
      {"healthcheck",
        map({{"disable", true}, {"start_interval", "500us"}}),
        "",
        "refused: compose.yaml: service web: healthcheck.start_interval: engines refuse less than "
        "1ms; give it 1ms or more"},
      {"healthcheck",
        map({{"disable", true}, {"start_period", "1ns"}}),
        "",
        "refused: compose.yaml: service web: healthcheck.start_period: engines refuse less than"},
      {"shm_size", "lots", "", "refused: compose.yaml: service web: shm_size: found \"lots\""},
      {"uts",
        "private",
        "",
        "refused: compose.yaml: service web: uts: found \"private\", expected"},
      {"cgroup",
        "x",
        "",
        "refused: compose.yaml: service web: cgroup: found \"x\", expected private"},
      {"restart", "on-failure:3", "", "restart: on-failure:3"},
      {"restart", false, "", "refused: compose.yaml: service web: restart: found false"},
      {"restart", "sometimes", "", "refused: compose.yaml: service web: restart: found \"some"},
      {"sysctls", list({"a.b=1=2"}), "sysctls: [a.b=1]", "sysctls: [a.b=1=2]"},
      {"mem_limit", "lots", "", "refused: compose.yaml: service web: mem_limit: found \"lots\""},
      {"cpu_shares", "x", "", "refused: compose.yaml: service web: cpu_shares: found \"x\""},
      {"cpus", "x", "", "refused: compose.yaml: service web: cpus: found \"x\""},
      {"read_only",
        "no",
        "read_only: true",
        "refused: compose.yaml: service web: read_only: found \"no\", expected true or false"},
      {"oom_kill_disable",
        1,
        "oom_kill_disable: true",
        "refused: compose.yaml: service web: oom_kill_disable: found 1"},
      {"security_opt",
        list({"label=disable"}),
        "",
        "refused: compose.yaml: service web: security_opt[0]: SELinux labels are not supported"},
      {"storage_opt",
        map({{"size", "1g"}}),
        "",
        "refused: compose.yaml: service web: storage_opt: not supported; no engine shows it"},
      {"build",
        ".",
        "",
        "refused: compose.yaml: service web: build: not supported; build the image beforehand"},
      {"unheard_of",
        1,
        "",
        "refused: compose.yaml: service web: unheard_of: not supported in a service; remove it"},
      {"networkMode",
        "host",
        R"(network_mode: "host"; hostname: "device-host")",
        "refused: compose.yaml: service web: networkMode: not supported"},
      {"depends_on", map({{"db", map({{"condition", "service_healthy"}})}}), "", ""},
      {"running", false, "", "refused: compose.yaml: service web: running: not a compose field"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.field);
      CAPTURE(debug_string(row.given));
      CHECK(effect_in_cloud(map({{row.field, row.given}})) == row.cloud);
      const auto compose = effect_in_compose(map({{row.field, row.given}}));
      const bool refused = row.compose.rfind("refused", 0) == 0;
      CHECK((refused ? compose.substr(0, row.compose.size()) : compose) == row.compose);
    }
  }

  TEST_CASE("fields: what cannot be read rejects the document and says where and why") {
    const struct {
      std::string field;
      value given;
      std::string told; ///< Behind "<place>: <field>".
    } rows[] = {
      {"command", map({}), ": found a map, expected a list of words or one text"},
      {"command",
        "sh -c 'x",
        ": a single quote is not closed; close it, or write the command as "
        "a list of words"},
      {"command", list({map({})}), "[0]: found a map, expected text"},
      {"environment",
        map({{"A", value{}}}),
        ".A: a variable without a value is not supported; "
        "give it one (\"\" for an empty one) or remove it"},
      {"environment",
        list({"A"}),
        "[0]: a variable without a value is not supported; "
        "give it one (\"\" for an empty one) or remove it"},
      {"environment", map({{"A", list({"s3cret"})}}), ".A: found a list, expected text"},
      {"environment",
        list({"=s3cret"}),
        "[0]: the variable name is empty or holds '='; expected NAME: value or NAME=value"},
      {"environment", "A=1", ": found text, expected a map"},
      {"ports", "80", ": found \"80\", expected a list"},
      {"ports",
        list({"80-90:80-85"}),
        "[0]: found \"80-90:80-85\", expected [hostIp:][host[-end]:]container[-end][/tcp|udp]; "
        "the two ranges differ in size"},
      {"ports",
        list({map({{"published", 80}})}),
        "[0]: found a map, expected target, and published, host_ip and protocol if need be; the "
        "container port is not a number or range within 1 to 65535"},
      {"ports",
        list({map({{"target", 80}, {"mode", "mesh"}})}),
        "[0].mode: found \"mesh\", expected host or ingress"},
      {"privileged", "maybe", ": found \"maybe\", expected true or false"},
      {"stop_grace_period", 10, ": found 10, expected a duration like 1m30s"},
      {"stop_grace_period", "soon", ": found \"soon\", expected a duration like 1m30s"},
      {"healthcheck",
        map({{"interval", "often"}}),
        ".interval: found \"often\", expected a duration like 1m30s"},
      {"healthcheck", "x", ": found \"x\", expected a map"},
      {"healthcheck",
        map({{"interval", "999us"}}),
        ".interval: found \"999us\", expected 1ms or more, or 0s for the default"},
      {"healthcheck",
        map({{"timeout", "1ns"}}),
        ".timeout: found \"1ns\", expected 1ms or more, or 0s for the default"},
      {"healthcheck",
        map({{"interval", "-1s"}}),
        ".interval: found \"-1s\", expected a duration like 1m30s"},
      {"healthcheck",
        map({{"retries", -1}}),
        ".retries: found -1, expected a number of failures, or 0 for the default"},
      {"stop_grace_period",
        "36501d",
        ": found \"36501d\", expected a duration of no more than 100 years"},
      {"ipc",
        "service:db",
        ": found \"service:db\", expected none, private, shareable, host, or container:<name>; a "
        "service's is not supported"},
      {"mem_limit",
        "6291455",
        ": found 6291455 bytes, and engines refuse a limit of less than 6m; expected 6m or more, "
        "or "
        "0 for none"},
      {"tmpfs", list({"run"}), "[0]: found \"run\", expected /path or /path:options"},
      {"tmpfs", ":size=1m", ": found \":size=1m\", expected /path or /path:options"},
      {"devices",
        list({"vendor.com/class=one"}),
        "[0]: not the path of a device; for a graphics card use gpus"},
      {"devices",
        list({map({{"source", "vendor.com/class=one"}})}),
        "[0]: not the path of a device; for a graphics card use gpus"},
      {"network_mode", map({}), ": found a map, expected text"},
      {"devices",
        list({"/dev/a:/dev/b:rx"}),
        "[0]: found \"/dev/a:/dev/b:rx\", expected host[:container[:permissions]] with "
        "permissions of r, w and m"},
      {"devices",
        list({map({{"target", "/dev/a"}})}),
        "[0]: found a map, expected host[:container[:permissions]] with permissions of r, w and m"},
      {"ulimits",
        map({{"nofile", map({{"soft", 1}})}}),
        ".nofile: found a map, expected a number, or a map of soft and hard"},
      {"sysctls", list({"a.b"}), "[0]: found \"a.b\", expected name=value"},
      {"extra_hosts", list({"foo"}), "[0]: found \"foo\", expected host:address"},
      {"depends_on", "db", ": found \"db\", expected a list"},
      {"volumes", list({"data:"}), "[0]: found \"data:\", expected volume:/path[:mode]"},
      {"volumes",
        list({"data:/d:ro:x"}),
        "[0]: found \"data:/d:ro:x\", expected volume:/path[:mode]"},
      {"volumes",
        list({"data:/d:rx"}),
        "[0]: found \"data:/d:rx\", expected volume:/path:mode with a mode that engines know, like "
        "ro, rw, z, Z or nocopy"},
      {"volumes",
        list({"data:/d:ro,rw"}),
        "[0]: found \"data:/d:ro,rw\", expected volume:/path:mode with a mode that engines know, "
        "like ro, rw, z, Z or nocopy"},
      {"volumes",
        list({"data:/d:ro,"}),
        "[0]: found \"data:/d:ro,\", expected volume:/path:mode with a mode that engines know, "
        "like "
        "ro, rw, z, Z or nocopy"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.field);
      CAPTURE(debug_string(row.given));
      const auto composition = map({{row.field, row.given}});
      const auto told = row.field + row.told;
      const auto in_cloud = effect_in_cloud(composition);
      CHECK(in_cloud.substr(0, in_cloud.find('\n'))
            == "refused: cloud: app shop, service web: composition." + told);
      const auto in_compose = effect_in_compose(composition);
      CHECK(in_compose.substr(0, in_compose.find('\n'))
            == "refused: compose.yaml: service web: " + told);
    }
  }

  TEST_CASE("fields: a word for pid that older engines take for none is the cloud's only") {
    for (const auto* word : {"service:db", "container"}) {
      const auto composition = map({{"pid", word}});
      CHECK(effect_in_cloud(composition) == "pid: \"" + std::string{word} + "\"");
      CHECK(effect_in_compose(composition)
            == "refused: compose.yaml: service web: pid: found \"" + std::string{word}
                 + "\", expected private, host, or container:<name>; a service's is not supported");
    }
  }

  TEST_CASE("fields: a variable of a compose file is text, and may stand for true or false") {
    for (const auto* word : {"true", "True", "TRUE"})
      CHECK(effect_in_compose(map({{"privileged", word}})) == "privileged: true");
    for (const auto* word : {"false", "False", "FALSE"})
      CHECK(effect_in_compose(map({{"privileged", word}})) == "");
    CHECK(effect_in_compose(map({{"healthcheck", map({{"test", "x"}, {"disable", "true"}})}}))
          == effect_in_compose(map({{"healthcheck", map({{"test", "x"}, {"disable", true}})}})));
    CHECK(effect_in_cloud(map({{"privileged", "true"}})).starts_with("refused: cloud: "));
  }

  TEST_CASE("fields: a null counts as absent") {
    for (const auto* field : {"command",
           "environment",
           "labels",
           "ports",
           "networks",
           "volumes",
           "network_mode",
           "tty",
           "restart",
           "mem_limit",
           "healthcheck",
           "depends_on"}) {
      CAPTURE(field);
      CHECK(effect_in_cloud(map({{field, value{}}})).empty());
      CHECK(effect_in_compose(map({{field, value{}}})).empty());
    }
  }

  TEST_CASE("fields: what is not supported is one warning from the cloud, naming all") {
    const auto document = cloud(map({
      {"build", "."},
      {"links", list({})},
      {"logging", map({})},
      {"whatever", 1},
    }));
    CHECK(warnings_of(document)
          == "cloud: app shop, service web: composition: not supported in a service and ignored: "
             "links, whatever\n"
             "cloud: app shop, service web: composition.logging: the supervisor reads the engine's "
             "own logs: ignored");
  }

  TEST_CASE("fields: cpus are sent, and changing them asks for no new container") {
    const struct {
      value cpus;
      std::int64_t nano;
    } rows[] = {{0.5, 500000000}, {2, 2000000000}, {"1.25", 1250000000}, {-1, 0}, {"nan", 0}};
    for (const auto& row : rows) {
      CAPTURE(debug_string(row.cpus));
      const auto document = cloud(map({{"cpus", row.cpus}}));
      CHECK(container_of(document).nano_cpus == row.nano);
      CHECK(effect_in_cloud(map({{"cpus", row.cpus}})).empty());
    }
  }

  TEST_CASE("fields: dependencies are sorted, each once; a shared network is one") {
    const auto target =
      normalise_target(cloud_release(map({
                         {"web",
                           cloud_service(map({{"depends_on", list({"db", "cache", "db", "gone"})},
                             {"network_mode", "service:api"}}))},
                         {"db", cloud_service(map({}), map({}), 73)},
                         {"cache", cloud_service(map({}), map({}), 74)},
                         {"api", cloud_service(map({}), map({}), 75)},
                       })),
        device());
    REQUIRE(target);
    const std::vector<dependency> expected{{{"api"}}, {{"cache"}}, {{"db"}}};
    CHECK((web(target->target)->depends_on == expected));
    CHECK(target->warnings.size() == 1); // on "gone"
  }
}

} // namespace
} // namespace copal::planning::documents
