// Containers: every row of messages/protocol/engine.hpp that speaks of them.

#include "actors/planning/compare/compare.hpp"
#include "tests/contract/engine_bench.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

using namespace copal;
using namespace copal::contract;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t mebibyte = 1 << 20;

const container_id nobody{"0000000000000000000000000000000000000000000000000000000000000000"};

/// A network that is removed with the test case.
struct scratch_network {
  explicit scratch_network(std::string n, network_config config = {}) : name(std::move(n)) {
    const auto made = ask(engine::create_network{name, std::move(config)});
    REQUIRE_MESSAGE(made, to_string(made.error()));
    const auto list = ask(engine::list_networks{});
    REQUIRE(list);
    for (const auto& x : list->items) {
      if (x.name == name)
        id = x.id;
    }
    REQUIRE_FALSE(id.empty());
  }
  scratch_network(const scratch_network&) = delete;
  scratch_network& operator=(const scratch_network&) = delete;
  ~scratch_network() { (void)ask(engine::remove_network{id}); }

  std::string name;
  network_engine_id id;
};

} // namespace

TEST_SUITE("contract: engine") {

  TEST_CASE("containers: created, started, stopped, removed, and each again is success") {
    const auto made = create("life", sleeper());
    const auto& id = made.id();
    auto shown = look(id);
    CHECK(shown.id == id);
    CHECK(shown.name == "life");
    CHECK(shown.state == container_state::created);
    CHECK(shown.started == wall_time{});
    CHECK(shown.created > wall_time{});
    CHECK(shown.made_here);
    for (int i = 0; i < 2; ++i)
      CHECK(ask(engine::start_container{id}));
    shown = look(id);
    CHECK(shown.state == container_state::running);
    CHECK(shown.started >= shown.created);
    for (int i = 0; i < 2; ++i)
      CHECK(ask(engine::stop_container{id, 1s}));
    shown = look(id);
    CHECK(shown.state == container_state::exited);
    CHECK(shown.finished >= shown.started);
    CHECK(shown.exit_code == 137); // the first process of a container has no handler for SIGTERM
    for (int i = 0; i < 2; ++i)
      CHECK(ask(engine::remove_container{id, false}));
    CHECK(code(ask(engine::inspect_container{id})) == errc::not_found);
  }

  TEST_CASE("containers: the list holds them all, with name, state and labels") {
    auto config = sleeper();
    config.labels["com.example.mark"] = "yes";
    const auto asleep = create("listed-1", config);
    const auto awake = create("listed-2", sleeper());
    CHECK(ask(engine::start_container{awake.id()}));
    const auto list = ask(engine::list_containers{});
    REQUIRE(list);
    const auto find = [&](const container_id& id) {
      const auto it = std::find_if(
        list->items.begin(), list->items.end(), [&](const auto& x) { return x.id == id; });
      REQUIRE(it != list->items.end());
      return *it;
    };
    CHECK(find(asleep.id()).name == "listed-1");
    CHECK(find(asleep.id()).state == container_state::created);
    CHECK(find(asleep.id()).labels.at("com.example.mark") == "yes");
    CHECK(find(awake.id()).state == container_state::running);
  }

  TEST_CASE("containers: what is not there") {
    CHECK(code(ask(engine::inspect_container{nobody})) == errc::not_found);
    CHECK(code(ask(engine::start_container{nobody})) == errc::not_found);
    CHECK(code(ask(engine::rename_container{nobody, "x"})) == errc::not_found);
    CHECK(ask(engine::stop_container{nobody, 1s}));
    CHECK(ask(engine::remove_container{nobody, false}));
    auto config = sleeper();
    config.image = bench().image("test/missing:1");
    CHECK(code(ask(engine::create_container{"no-image", config})) == errc::not_found);
  }

  TEST_CASE("containers: a name is taken once") {
    const auto first = create("twin", sleeper());
    CHECK(code(ask(engine::create_container{"twin", sleeper()})) == errc::conflict);
    const auto second = create("other", sleeper());
    CHECK(code(ask(engine::rename_container{second.id(), "twin"})) == errc::conflict);
    CHECK(ask(engine::rename_container{second.id(), "other"}));
    CHECK(ask(engine::rename_container{second.id(), "third"}));
    CHECK(look(second.id()).name == "third");
  }

  TEST_CASE("containers: the restart policy of one that runs is changed, and nothing else") {
    auto config = sleeper();
    config.restart = {restart_mode::always, 0};
    const auto made = create("policy", config);
    REQUIRE(ask(engine::start_container{made.id()}));
    const auto before = look(made.id());
    CHECK(before.config.restart.mode == restart_mode::always);
    CHECK(ask(engine::set_restart_policy{made.id(), {restart_mode::no, 0}}));
    CHECK(ask(engine::set_restart_policy{made.id(), {restart_mode::no, 0}}));
    auto after = look(made.id());
    CHECK(after.config.restart.mode == restart_mode::no);
    after.config.restart = before.config.restart;
    CHECK(after == before);
    CHECK(ask(engine::set_restart_policy{made.id(), {restart_mode::on_failure, 3}}));
    CHECK(look(made.id()).config.restart == restart_policy{restart_mode::on_failure, 3});
    CHECK(code(ask(engine::set_restart_policy{nobody, {}})) == errc::not_found);
  }

  TEST_CASE("containers: what cannot be is the asker's fault") {
    auto config = sleeper();
    config.memory_bytes = 1;
    CHECK(code(ask(engine::create_container{"tiny", config})) == errc::invalid_input);
    config = sleeper();
    config.network_mode = "service:db";
    CHECK(code(ask(engine::create_container{"unresolved", config})) == errc::invalid_input);
  }

  TEST_CASE("containers: what cannot be executed") {
    auto config = sleeper();
    config.image = have("test/broken:1");
    config.command = {"/broken"};
    const auto no_program = create("broken", config);
    // Docker 20.10 with runc 1.1 starts it, and then it ends with 1; others refuse.
    const auto started = ask(engine::start_container{no_program.id()});
    if (started) {
      CHECK(ask(engine::stop_container{no_program.id(), 5s}));
      CHECK(look(no_program.id()).exit_code != 0);
    } else {
      CHECK(started.error().code == errc::invalid_input);
    }
    config = sleeper();
    config.command = {"/no/such/program"};
    const auto missing = create("missing", config);
    CHECK(code(ask(engine::start_container{missing.id()})) == errc::invalid_input);
  }

  TEST_CASE("containers: a port is taken once") {
    auto config = sleeper();
    config.network_mode = "bridge";
    config.ports = {{"", 18080, 80, transport::tcp}};
    const auto first = create("port-1", config);
    const auto second = create("port-2", config);
    CHECK(ask(engine::start_container{first.id()}));
    CHECK(code(ask(engine::start_container{second.id()})) == errc::conflict);
    CHECK(ask(engine::remove_container{first.id(), true}));
    CHECK(ask(engine::start_container{second.id()}));
  }

  TEST_CASE("containers: a running one is removed with force only") {
    const auto made = create("stubborn", sleeper());
    CHECK(ask(engine::start_container{made.id()}));
    CHECK(code(ask(engine::remove_container{made.id(), false})) == errc::conflict);
    CHECK(ask(engine::remove_container{made.id(), true}));
    CHECK(code(ask(engine::inspect_container{made.id()})) == errc::not_found);
  }

  TEST_CASE("containers: one that ends by itself tells its exit code") {
    auto config = sleeper();
    config.command = {"/bin/busybox", "sh", "-c", "exit 7"};
    const auto made = create("short", config);
    CHECK(ask(engine::start_container{made.id()}));
    CHECK(ask(engine::stop_container{made.id(), 5s}));
    CHECK(look(made.id()).exit_code == 7);
  }

  TEST_CASE("containers: the health of one is shown, told and listed") {
    auto config = sleeper();
    config.healthcheck.test = {"CMD", "/bin/busybox", "true"};
    config.healthcheck.interval = 1s;
    const auto made = create("checked", config);
    constexpr std::uint64_t watch = 4711;
    REQUIRE(ask(engine::watch_events{watch}));
    REQUIRE(ask(engine::start_container{made.id()}));
    const auto is_told = [&] {
      for (const auto& e : bench().notes->events(watch)) {
        if (e.id == made.id().value && e.action == "health_status: healthy")
          return true;
      }
      return false;
    };
    REQUIRE(bench().run_until(is_told, 60s));
    CHECK(look(made.id()).health == health_state::healthy);
    const auto list = ask(engine::list_containers{});
    REQUIRE(list);
    for (const auto& item : list->items)
      CHECK((item.id != made.id() || item.health == health_state::healthy));
    REQUIRE(ask(engine::stop_container{made.id(), 0s}));
    CHECK(look(made.id()).restart_count == 0);
  }

  TEST_CASE("networks: joined with aliases and addresses, also twice") {
    network_config ranged;
    ranged.pools = {{"10.213.7.0/24", "10.213.7.1", "", {}}};
    const scratch_network front{"contract_front"};
    const scratch_network back{"contract_back", ranged};
    auto config = sleeper();
    config.network_mode = front.name;
    config.networks[front.name] = {{"web"}, "", "", {}};
    const auto made = create("joined", config);
    const endpoint how{{"db", "store"}, "10.213.7.77", "", {}};
    for (int i = 0; i < 2; ++i)
      CHECK(ask(engine::connect_network{back.name, made.id(), how}));
    CHECK(ask(engine::start_container{made.id()}));
    CHECK(ask(engine::connect_network{back.name, made.id(), how})); // also while it runs
    const auto shown = look(made.id());
    CHECK(shown.config.network_mode == front.name);
    REQUIRE(shown.config.networks.contains(front.name));
    REQUIRE(shown.config.networks.contains(back.name));
    CHECK(shown.config.networks.at(back.name).ipv4 == "10.213.7.77");
    const auto& aliases = shown.config.networks.at(back.name).aliases;
    CHECK(std::find(aliases.begin(), aliases.end(), "db") != aliases.end());
    CHECK(std::find(aliases.begin(), aliases.end(), "store") != aliases.end());
    CHECK(
      code(ask(engine::connect_network{"contract_nowhere", made.id(), how})) == errc::not_found);
    CHECK(code(ask(engine::connect_network{back.name, nobody, how})) == errc::not_found);
    // Joined by a running container, it stays.
    CHECK(code(ask(engine::remove_network{back.id})) == errc::conflict);
  }

  TEST_CASE("networks: made once, listed, removed") {
    network_config config;
    config.driver_opts = {{"com.docker.network.bridge.enable_icc", "true"}};
    config.pools = {{"10.213.8.0/24", "10.213.8.1", "10.213.8.128/25", {{"kept", "10.213.8.9"}}}};
    config.internal = true;
    config.labels = {{"com.example.n", "1"}};
    const scratch_network made{"contract_net", config};
    CHECK(code(ask(engine::create_network{made.name, config})) == errc::conflict);
    const auto list = ask(engine::list_networks{});
    REQUIRE(list);
    for (const auto& x : list->items) {
      if (x.name == made.name) {
        CHECK(planning::differences(x.config, config).empty());
        CHECK(x.config.pools == config.pools);
      }
    }
    for (int i = 0; i < 2; ++i)
      CHECK(ask(engine::remove_network{made.id}));
  }

  TEST_CASE("containers: what is shown equals what was sent") {
    const scratch_network net{"contract_equal"};
    container_config config = sleeper();
    config.network_mode = net.name;
    config.networks[net.name] = {{"web", "equal"}, "", "", {}};
    config.env["MULTI"] = secret{"a b=c\nd"};
    config.labels = {{"com.example.a", "1"}, {"io.balena.supervised", "true"}};
    config.user = "0:0";
    config.working_dir = "/bin";
    config.tty = true;
    config.init = false;
    config.stop_signal = "SIGINT";
    config.stop_grace_period = 25s;
    config.healthcheck = {{"CMD", "/bin/busybox", "true"}, 600s, 3s, 10s, 2};
    config.restart = {restart_mode::unless_stopped, 0};
    config.binds = {"contract_data:/data:ro", "/tmp:/host:rw"};
    config.mounts = {{"volume", "contract_more", "/more", true, "", true, 0},
      {"tmpfs", "", "/tm", false, "", false, mebibyte}};
    config.anonymous_volumes = {"/anon"};
    config.tmpfs = {"/run", "/scratch"};
    config.shm_bytes = 16 * mebibyte;
    config.ports = {{"", 18081, 80, transport::tcp}, {"127.0.0.1", 18082, 53, transport::udp}};
    config.hostname = "myhost";
    config.domainname = "example.test";
    config.dns = {"8.8.8.8", "1.1.1.1"};
    config.dns_search = {"example.test"};
    config.dns_options = {"timeout:2"};
    config.extra_hosts = {"foo:127.0.0.1"};
    config.cap_add = {"NET_ADMIN"};
    config.cap_drop = {"MKNOD"};
    config.group_add = {"20"};
    config.security_opt = {"no-new-privileges"};
    config.devices = {{"/dev/null", "/dev/xnull", "rw"}};
    config.sysctls = {{"net.ipv4.ip_forward", "1"}};
    config.ulimits = {{"nofile", 512, 1024}};
    config.pids_limit = 100;
    config.cpu_shares = 512;
    config.memory_bytes = 64 * mebibyte;
    config.memory_reservation_bytes = 32 * mebibyte;
    config.oom_score_adj = 100;
    config.ipc_mode = "private";
    config.stdin_open = true;
    config.runtime = "runc";
    config.logging = {"json-file", {{"max-size", "1m"}, {"max-file", "2"}}};
    config.cgroupns_mode = "private";
    config.memory_swap_bytes = 96 * mebibyte;
    const auto made = create("equal", config);
    const auto told = [](const std::vector<planning::field_difference>& xs) {
      std::string out;
      for (const auto& x : xs)
        out += x.field + ": " + x.current + " / " + x.target + '\n';
      return out;
    };
    CHECK(told(planning::differences(look(made.id()), config, {})).empty());
    const auto started = ask(engine::start_container{made.id()});
    CHECK_MESSAGE(started, to_string(started.error()));
    CHECK(told(planning::differences(look(made.id()), config, {})).empty());
    CHECK(ask(engine::remove_container{made.id(), true}));
    CHECK(ask(engine::remove_volume{"contract_data"}));
    CHECK(ask(engine::remove_volume{"contract_more"}));
  }

  TEST_CASE("containers: the bare defaults equal themselves too, in every network mode") {
    for (const std::string mode : {"none", "bridge", "host"}) {
      CAPTURE(mode);
      container_config config = sleeper();
      config.network_mode = mode;
      if (mode == "host")
        config.hostname = "device"; // the target has one then: spec/state-engine.md §2
      const auto made = create("plain-" + mode, config);
      CHECK(ask(engine::start_container{made.id()}));
      const auto found = planning::differences(look(made.id()), config, {});
      CHECK_MESSAGE(found.empty(), planning::summary(found));
    }
    auto named_as_machine = sleeper();
    named_as_machine.uts_mode = "host";
    for (const std::string mode : {"none", "host"}) {
      CAPTURE(mode);
      named_as_machine.network_mode = mode;
      const auto made = create("uts-" + mode, named_as_machine);
      CHECK(ask(engine::start_container{made.id()}));
      const auto found = planning::differences(look(made.id()), named_as_machine, {});
      CHECK_MESSAGE(found.empty(), planning::summary(found));
    }
    const auto host = create("net-host", sleeper());
    CHECK(ask(engine::start_container{host.id()}));
    auto config = sleeper();
    config.network_mode = "container:" + host.id().value;
    const auto guest = create("net-guest", config);
    CHECK(ask(engine::start_container{guest.id()}));
    CHECK(look(guest.id()).config.network_mode == config.network_mode);
  }

} // TEST_SUITE
