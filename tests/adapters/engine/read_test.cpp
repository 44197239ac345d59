#include "adapters/engine/codec.hpp"
#include "adapters/engine/json_reader.hpp"

#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace copal;
using namespace copal::engine_wire;
using namespace std::chrono_literals;

namespace {

constexpr const char* bare_container =
  R"({"Id":"abc","Name":"/web","Image":"sha256:1","State":{"Status":"exited"},"Config":{},"HostConfig":{}})";

/// The bare container with one more member, given by its place.
std::string container_with(const std::string& pointer, const json& value) {
  auto document = json::parse(bare_container);
  document[json::json_pointer(pointer)] = value;
  return document.dump();
}

template <class T>
std::string complaint(const result<T>& x) {
  return x ? "(none)" : to_string(x.error().code) + ": " + x.error().what;
}

wall_time at(std::int64_t nanoseconds) {
  return wall_time{std::chrono::nanoseconds{nanoseconds}};
}

} // namespace

TEST_SUITE("engine: wire") {

  TEST_CASE("spec 12.28: an engine without volumes lists none, in any spelling") {
    for (const auto* body : {R"({"Volumes":null,"Warnings":null})", R"({"Volumes":[]})", "{}"}) {
      CAPTURE(body);
      const auto found = read_volumes(body);
      REQUIRE(found);
      CHECK(found->empty());
    }
  }

  TEST_CASE("read: what an inspection leaves out, or shows as null, has its default") {
    const auto bare = read_container(bare_container);
    REQUIRE_MESSAGE(bare, complaint(bare));
    container_config expected;
    expected.image = "sha256:1";
    expected.tty = false;
    expected.ipc_mode = "";
    expected.shm_bytes = 0;
    CHECK(bare->config == expected);
    CHECK(bare->name == "web");
    CHECK(bare->state == container_state::exited);
    CHECK(bare->started == wall_time{});
    for (const auto* place : {"/Config/Env",
           "/Config/Cmd",
           "/Config/Labels",
           "/Config/Volumes",
           "/Config/Healthcheck",
           "/Config/StopTimeout",
           "/HostConfig/PidsLimit",
           "/HostConfig/Init",
           "/HostConfig/Binds",
           "/HostConfig/PortBindings",
           "/HostConfig/RestartPolicy",
           "/HostConfig/OomKillDisable",
           "/NetworkSettings",
           "/State/Error"}) {
      CAPTURE(place);
      const auto with_null = read_container(container_with(place, nullptr));
      REQUIRE_MESSAGE(with_null, complaint(with_null));
      CHECK(*with_null == *bare);
    }
    CHECK(read_container(container_with("/Config/StopTimeout", 0))->config.stop_grace_period == 0s);
  }

  TEST_CASE("read: a wrong type is told with its path, never with its value") {
    const struct {
      const char* place;
      json value;
      const char* told;
    } rows[] = {
      {"/Id", 7, "/Id is an integer, expected a text"},
      {"/State", "running", "/State is a text, expected a map"},
      {"/State/ExitCode", "0", "/State/ExitCode is a text, expected an integer"},
      {"/State/OOMKilled", 1, "/State/OOMKilled is an integer, expected a boolean"},
      {"/Created", "yesterday", "/Created is a text, expected a time (RFC 3339)"},
      {"/Config/Env", "S3CRET=1", "/Config/Env is a text, expected a list"},
      {"/Config/Env",
        json::array({"A=1", json{{"S3CRET", 1}}}),
        "/Config/Env/1 is a map, expected a text"},
      {"/Config/Labels", json::array(), "/Config/Labels is a list, expected a map"},
      {"/Config/Labels", json{{"a", 1.5}}, "/Config/Labels/a is a fraction, expected a text"},
      {"/Config/Tty", "S3CRET", "/Config/Tty is a text, expected a boolean"},
      {"/HostConfig/Binds",
        json::array({true}),
        "/HostConfig/Binds/0 is a boolean, expected a text"},
      {"/HostConfig/Memory", 1.5, "/HostConfig/Memory is a fraction, expected an integer"},
      {"/HostConfig/Memory",
        18446744073709551615ULL,
        "/HostConfig/Memory is an integer, expected an integer from"},
      {"/HostConfig/RestartPolicy",
        json{{"Name", "S3CRET"}},
        "/HostConfig/RestartPolicy/Name is a text, expected a restart policy"},
      {"/HostConfig/PortBindings",
        json{{"eighty", nullptr}},
        "/HostConfig/PortBindings is a map, expected"},
      {"/HostConfig/PortBindings",
        json{{"80/tcp", json::array({json{{"HostPort", "70000"}}})}},
        "/HostConfig/PortBindings/80/tcp/0/HostPort is a text, expected a port number"},
      {"/HostConfig/Ulimits",
        json::array({7}),
        "/HostConfig/Ulimits/0 is an integer, expected a map"},
      {"/NetworkSettings",
        json{{"Networks", json{{"n", json{{"Aliases", "web"}}}}}},
        "/NetworkSettings/Networks/n/Aliases is a text, expected a list"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.place);
      const auto told = complaint(read_container(container_with(row.place, row.value)));
      CHECK_MESSAGE(told.starts_with(std::string{"corrupt: "} + row.told), told);
      CHECK(told.find("S3CRET") == std::string::npos);
    }
  }

  TEST_CASE("read: what is missing is told") {
    CHECK(complaint(read_container("{}")).starts_with("corrupt: the document lacks the member"));
    CHECK(complaint(read_container("null")).starts_with("corrupt: "));
    CHECK(complaint(read_container("[]")).starts_with("corrupt: the document is a list"));
    CHECK(complaint(read_networks(R"([{"Id":"1"}])")) == "corrupt: /0 lacks the member 'Name'");
    CHECK(complaint(read_created(R"({"Warnings":[]})"))
          == "corrupt: the document lacks the member 'Id'");
  }

  TEST_CASE("read: text that is not JSON, or too much of it, is refused without quoting it") {
    CHECK(
      complaint(read_container(R"({"Env": S3CRET})")) == "corrupt: not JSON: malformed at byte 9");
    CHECK(complaint(read_container("")) == "corrupt: not JSON: malformed at byte 1");
    CHECK(complaint(read_containers("[{}")).starts_with("corrupt: not JSON"));
    CHECK(complaint(read_containers("[1e999]")).starts_with("corrupt: not JSON"));
    CHECK(complaint(read_containers(std::string(1000, '[')))
            .starts_with("exhausted: JSON nested deeper"));
    CHECK(complaint(read_containers('[' + std::string(2'000'000, ',') + ']'))
            .starts_with("exhausted: JSON with more"));
    const std::string brackets_in_text = R"(["\"[[[[{{{{,,,,]")" + std::string("]");
    CHECK(complaint(parse_json(brackets_in_text, {.depth = 1, .items = 1})) == "(none)");
  }

  TEST_CASE("read: ports") {
    const auto read = read_container(container_with("/HostConfig/PortBindings",
      json::parse(R"({"80/tcp":[{"HostIp":"","HostPort":"8080"},{"HostIp":"::1","HostPort":""}],
      "53/udp":[{"HostIp":"127.0.0.1","HostPort":"5353"}],"81":[{"HostPort":"8000-8010"}],"82/tcp":null})")));
    REQUIRE_MESSAGE(read, complaint(read));
    CHECK(read->config.ports
          == std::vector<port_binding>{{"127.0.0.1", 5353, 53, transport::udp},
            {"", 8080, 80, transport::tcp},
            {"::1", 0, 80, transport::tcp},
            {"", 0, 81, transport::tcp}});
  }

  TEST_CASE("read: environment lines without a name are skipped, values keep their lines") {
    const auto read = read_container(
      container_with("/Config/Env", json::array({"A=1", "B=a=b\nc", "C=", "=x", "D", "A=2"})));
    REQUIRE(read);
    CHECK(read->config.env
          == environment{{"A", secret{"2"}}, {"B", secret{"a=b\nc"}}, {"C", secret{""}}});
  }

  TEST_CASE("read: words of other engines") {
    CHECK(read_container(container_with("/State/Status", "configured"))->state
          == container_state::created);
    CHECK(
      read_container(container_with("/State/Status", "stopped"))->state == container_state::exited);
    auto later = json::parse(container_with("/State/Status", "thinking"));
    later["State"]["Running"] = true;
    CHECK(read_container(later.dump())->state == container_state::running);
    CHECK(read_container(container_with("/Image", std::string(64, 'a')))->config.image
          == "sha256:" + std::string(64, 'a'));
    CHECK(read_container(container_with("/HostConfig/Tmpfs", json{{"/run", "size=1m"}, {"/x", ""}}))
            ->config.tmpfs
          == std::vector<std::string>{"/run:size=1m", "/x"});
    CHECK(read_container(container_with("/HostConfig/RestartPolicy", json{{"Name", ""}}))
            ->config.restart
          == restart_policy{restart_mode::no, 0});
    CHECK(read_container(container_with("/HostConfig/RestartPolicy",
                           json{{"Name", "on-failure"}, {"MaximumRetryCount", 3}}))
            ->config.restart
          == restart_policy{restart_mode::on_failure, 3});
  }

  TEST_CASE("read: health, restarts and lack of memory") {
    const auto plain = read_container(bare_container);
    REQUIRE(plain);
    CHECK(plain->health == health_state::none);
    CHECK(plain->restart_count == 0);
    CHECK_FALSE(plain->oom_killed);
    CHECK(read_container(container_with("/RestartCount", 7))->restart_count == 7);
    CHECK(read_container(container_with("/State/OOMKilled", true))->oom_killed);
    const struct {
      const char* word;
      health_state expected;
    } rows[] = {
      {"starting", health_state::starting},
      {"healthy", health_state::healthy},
      {"unhealthy", health_state::unhealthy},
      {"none", health_state::none},
      {"", health_state::none}, // podman's, without a check
      {"of a later engine", health_state::none},
    };
    for (const auto& row : rows) {
      for (const auto* place : {"/State/Health", "/State/Healthcheck"}) {
        CAPTURE(row.word);
        CAPTURE(place);
        const auto read =
          read_container(container_with(place, {{"Status", row.word}, {"FailingStreak", 2}}));
        REQUIRE_MESSAGE(read, complaint(read));
        CHECK(read->health == row.expected);
        CHECK(read->failed_checks == (row.expected == health_state::none ? 0 : 2));
      }
    }
  }

  TEST_CASE("read: a list of containers") {
    const auto list = read_containers(R"json([
    {"Id":"1","Names":["/app/link","/web"],"State":"running","Labels":{"a":"b"},"Status":"Up 3 days",
     "NetworkSettings":{"Networks":{"front":{"NetworkID":"n1"},"back":{}}}},
    {"Id":"4","State":"running","Status":"Up 2 minutes (healthy)"},
    {"Id":"5","State":"running","Status":"Up 3 seconds (health: starting)"},
    {"Id":"6","State":"running","Status":"Up 3 days (unhealthy)"},
    {"Id":"7","State":"paused","Status":"Up 3 days (Paused)"},
    {"Id":"8","State":"exited","Status":"Exited (0) 3 days ago"},
    {"Id":"2","Names":null,"State":"removing","Labels":null},
    {"Id":"3","Names":["/x"],"State":"stopping","Status":"Up 3 days"}])json");
    REQUIRE_MESSAGE(list, complaint(list));
    CHECK(*list
          == std::vector<container_summary>{
            {{"1"}, "web", container_state::running, {{"a", "b"}}, {"back", "front"}},
            {{"4"}, "", container_state::running, {}, {}, health_state::healthy},
            {{"5"}, "", container_state::running, {}, {}, health_state::starting},
            {{"6"}, "", container_state::running, {}, {}, health_state::unhealthy},
            {{"7"}, "", container_state::paused, {}, {}},
            {{"8"}, "", container_state::exited, {}, {}},
            {{"2"}, "", container_state::removing, {}, {}},
            {{"3"}, "x", container_state::running, {}, {}}});
    CHECK(read_containers("null")->empty());
    CHECK(complaint(read_containers(R"([{"Id":"1","Names":"/x","State":"running"}])"))
          == "corrupt: /0/Names is a text, expected a list");
  }

  TEST_CASE("read: images") {
    const auto list = read_images(R"([{"Id":"sha256:1","RepoTags":["a:1","<none>:<none>"],
    "RepoDigests":["<none>@<none>","a@sha256:2"]},{"Id":"sha256:3","RepoTags":null,"RepoDigests":null}])");
    REQUIRE_MESSAGE(list, complaint(list));
    CHECK(*list
          == std::vector<engine_image>{
            {{"sha256:1"}, {"a:1"}, {"a@sha256:2"}}, {{"sha256:3"}, {}, {}}});
    const auto one =
      read_image(R"({"Id":"sha256:1","RepoTags":[],"Config":{"User":"1","Env":["A=b"],
    "Cmd":["c"],"Entrypoint":["e"],"WorkingDir":"/w","StopSignal":"SIGINT","Labels":{"l":"m"},
    "Volumes":{"/v":{}},"Healthcheck":{"Test":["CMD","x"],"Interval":5,"Retries":2}},
    "RootFS":{"Type":"layers","Layers":["sha256:l1","sha256:l2"]}})");
    REQUIRE_MESSAGE(one, complaint(one));
    CHECK(one->facts
          == image_facts{{{"A", secret{"b"}}},
            {"c"},
            {"e"},
            "1",
            "/w",
            "SIGINT",
            {{"l", "m"}},
            {"/v"},
            {{"CMD", "x"}, 5ns, 0ns, 0ns, 2},
            {"sha256:l1", "sha256:l2"}});
    CHECK(read_image(R"({"Id":"sha256:1","Config":null})")->facts == image_facts{});
  }

  TEST_CASE("read: what the engine says of itself") {
    const auto docker = read_traits(R"({"DockerRootDir":"/var/lib/docker","OSType":"linux",
      "Architecture":"armv7l","RegistryConfig":{"InsecureRegistryCIDRs":["127.0.0.0/8"],
      "IndexConfigs":{"docker.io":{"Secure":true},"old.example:5000":{"Secure":false}}}})");
    REQUIRE_MESSAGE(docker, complaint(docker));
    CHECK(*docker
          == engine::traits{"/var/lib/docker", {"linux", "arm", "v7"}, {"old.example:5000"}, {}});
    const auto podman =
      read_traits(R"({"DockerRootDir":"/s","Architecture":"riscv64","RegistryConfig":null})");
    REQUIRE_MESSAGE(podman, complaint(podman));
    CHECK(*podman == engine::traits{"/s", {"linux", "riscv64", ""}, {}, {}});
    CHECK(read_traits(R"({"Architecture":"x86_64"})").error().code == errc::corrupt);
  }

  TEST_CASE("read: what the kernel below the engine cannot do") {
    const auto lacking = [](const char* members) {
      const auto about = read_traits(
        R"({"DockerRootDir":"/d","Architecture":"x86_64")" + std::string{members} + "}");
      REQUIRE_MESSAGE(about, complaint(about));
      return about->lacks;
    };
    CHECK(lacking(R"(,"MemoryLimit":true,"SwapLimit":true,"OomKillDisable":true)").empty());
    // A kernel without the memory controller, as on many small boards.
    CHECK(lacking(R"(,"MemoryLimit":false,"SwapLimit":false)")
          == engine_features{engine_feature::mem_limit, engine_feature::memswap_limit});
    CHECK(lacking(R"(,"OomKillDisable":false)")
          == engine_features{engine_feature::oom_kill_disable}); // control groups of version 2
    CHECK(lacking(R"(,"CPUShares":false,"CpuCfsQuota":false,"CPUSet":false,"PidsLimit":false)")
          == engine_features{engine_feature::cpu_shares,
            engine_feature::cpu_quota,
            engine_feature::cpuset,
            engine_feature::pids_limit});
  }

  TEST_CASE("read: networks with auxiliary addresses") {
    const auto list =
      read_networks(R"([{"Id":"1","Name":"n","Driver":"bridge","Options":null,"Labels":null,
    "IPAM":{"Driver":"","Options":null,"Config":[{"Subnet":"10.0.0.0/24","AuxiliaryAddresses":{"h":"10.0.0.9"}}]}}])");
    REQUIRE_MESSAGE(list, complaint(list));
    network_config expected;
    expected.pools = {{"10.0.0.0/24", "", "", {{"h", "10.0.0.9"}}}};
    CHECK(list->front() == engine_network{{"1"}, "n", expected});
    CHECK(read_networks(R"([{"Id":"1","Name":"n","Driver":"null","IPAM":{"Config":null}}])")
            ->front()
            .config.pools.empty());
  }

  TEST_CASE("read: events") {
    const auto die = read_event(R"({"status":"die","id":"c1","Type":"container","Action":"die",
    "Actor":{"ID":"c1","Attributes":{"exitCode":"137","name":"web","io.balena.supervised":"true"}},
    "scope":"local","time":1700000000,"timeNano":1700000000123456789})");
    REQUIRE_MESSAGE(die, complaint(die));
    engine::event expected;
    expected.action = "die";
    expected.id = "c1";
    expected.name = "web";
    expected.supervised = true;
    expected.exit_code = 137;
    expected.at = at(1700000000123456789);
    CHECK(**die == expected);
    const auto joined = read_event(R"({"Type":"network","Action":"connect",
    "Actor":{"ID":"n1","Attributes":{"container":"c1","name":"front","type":"bridge"}},"time":5})");
    REQUIRE(joined);
    CHECK((*joined)->container == "c1");
    CHECK((*joined)->kind == engine::object_kind::network);
    CHECK((*joined)->at == wall_time{5s});
    const struct {
      const char* name;
      const char* line;
      bool told;
    } rows[] = {
      {"an image pull", R"({"Type":"image","Action":"pull","Actor":{"ID":"a:1"}})", true},
      {"health", R"({"Type":"container","Action":"health_status: healthy"})", true},
      {"a command within", R"({"Type":"container","Action":"exec_create: sh -c x"})", false},
      {"someone looks", R"({"Type":"container","Action":"top"})", false},
      {"the daemon", R"({"Type":"daemon","Action":"reload"})", false},
      {"a plugin", R"({"Type":"plugin","Action":"enable"})", false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto read = read_event(row.line);
      REQUIRE_MESSAGE(read, complaint(read));
      CHECK(read->has_value() == row.told);
    }
    CHECK(complaint(read_event(R"({"Type":"container"})"))
          == "corrupt: the document lacks the member 'Action'");
    CHECK(complaint(read_event(R"({"Type":"container","Action":"die","Actor":[]})"))
          == "corrupt: /Actor is a list, expected a map");
  }

  TEST_CASE("read: times") {
    const struct {
      const char* text;
      std::optional<wall_time> expected;
    } rows[] = {
      {"1970-01-01T00:00:00Z", at(0)},
      {"2026-11-22T14:19:10.093005811Z", at(1795357150093005811)},
      {"2026-11-22T15:19:10.5+01:00", at(1795357150500000000)},
      {"2026-11-22T10:49:10-03:30", at(1795357150000000000)},
      {"2024-02-29T00:00:00Z", at(1709164800000000000)},
      {"0001-01-01T00:00:00Z", at(0)},
      {"9999-12-31T23:59:59Z", at(0)},
      {"", at(0)},
      {"2023-02-29T00:00:00Z", std::nullopt},
      {"2026-13-01T00:00:00Z", std::nullopt},
      {"2026-11-22T24:00:00Z", std::nullopt},
      {"2026-11-22T14:19:10", std::nullopt},
      {"2026-11-22T14:19:10.Z", std::nullopt},
      {"2026-11-22 x", std::nullopt},
      {"-026-11-22T14:19:10Z", std::nullopt},
      {"2026-11-22T14:19:10Z ", std::nullopt},
    };
    for (const auto& row : rows) {
      CAPTURE(row.text);
      CHECK(read_time(row.text) == row.expected);
    }
  }

  TEST_CASE("read: short answers") {
    CHECK(read_message(R"({"message":"No such container: x\n"})") == "No such container: x");
    CHECK(read_message("<html>502</html>") == "(no text that an engine would send)");
    CHECK(read_message(R"({"message":")" + std::string(5000, 'x') + "\"}").size() == 1024);
    CHECK(*read_version(R"({"ApiVersion":"1.41","MinAPIVersion":"1.12","Version":"20.10.24"})")
          == api_range{12, 41});
    CHECK(*read_version(R"({"ApiVersion":"1.24"})") == api_range{24, 24});
    for (const auto* bad :
      {R"({"ApiVersion":"2.0"})", R"({"ApiVersion":"1.x"})", R"({"ApiVersion":1.41})", R"({})"})
      CHECK(complaint(read_version(bad)).starts_with("corrupt: "));
  }

} // TEST_SUITE
