#include "actors/target_source/target_source.hpp"

#include "actors/planning/normalise/derived_ids.hpp"
#include "actors/spawn.hpp"
#include "tests/fakes/fake_store.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/print.hpp"
#include "tests/support/virtual_system.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace copal {
namespace {

using namespace std::chrono_literals;
using target_file::reading;
using test::ask;
using test::virtual_system;

const std::string path = "/shop/compose.yaml";

/// What the neighbours are to answer, and what they were asked.
struct neighbours {
  reading file;
  std::deque<error> file_answers; ///< Before it is read again.
  bool other_is_there = true;
  std::deque<error> conductor_answers; ///< Before it accepts again.
  bool conductor_is_silent = false;
  std::vector<std::string> targets; ///< The images of the service web that were asked for.
  std::vector<bool> forced;         ///< Beside each of them.
  std::vector<target_source_state> told;
};

using world = std::shared_ptr<neighbours>;

target_document document(const std::string& image, const std::string& origin = path) {
  return {dialect::compose,
    origin,
    value::map(
      {{"name", "shop"}, {"services", value::map({{"web", value::map({{"image", image}})}})}})};
}

reading holding(const std::string& image, std::uint64_t number = 1) {
  reading out;
  out.incarnation = 1;
  out.number = number;
  out.path = path;
  out.project = "shop";
  out.doc = document(image);
  return out;
}

reading broken(errc code, const std::string& what, std::uint64_t number) {
  reading out;
  out.incarnation = 1;
  out.number = number;
  out.path = path;
  out.why = error{code, what};
  return out;
}

target_file_actor::behavior_type file_edge(target_file_actor::pointer, const world& w) {
  return {
    [w](const target_file::read&) -> caf::result<reading> {
      if (w->file_answers.empty())
        return w->file;
      const auto why = w->file_answers.front();
      w->file_answers.pop_front();
      return to_caf(why);
    },
    [w](const target_file::find_other&) { return target_file::other_found{w->other_is_there}; },
  };
}

conductor_actor::behavior_type conductor(conductor_actor::pointer self, const world& w) {
  return {
    [](const engine_view&) {},
    [](const host::locks_gone&) {},
    [](const images_view&) {},
    [w, self](const set_target& msg) -> caf::result<target_accepted> {
      const auto* services = msg.doc.doc.find("services");
      w->targets.push_back(*services->find("web")->find("image")->as_text());
      w->forced.push_back(msg.force);
      if (w->conductor_is_silent)
        return self->make_response_promise<target_accepted>();
      if (w->conductor_answers.empty())
        return target_accepted{true};
      const auto why = w->conductor_answers.front();
      w->conductor_answers.pop_front();
      return to_caf(why);
    },
    [](const requests::perform&) -> caf::result<requests::performed> {
      return to_caf({errc::unavailable, "nobody asks for it"});
    },
    [](const apply_now&) { return applying{}; },
    [](const get_progress&) { return progress{}; },
  };
}

target_source_sink_actor::behavior_type sink(target_source_sink_actor::pointer, const world& w) {
  return {[w](const target_source_state& x) { w->told.push_back(x); }};
}

using images = std::vector<std::string>;

/// The actor among its neighbours.
class bench {
public:
  explicit bench(std::uint64_t seed = 1) : system(seed) { with->file = holding("web:1"); }

  void start() {
    links.file = system.actors().spawn(file_edge, with);
    links.conductor = system.actors().spawn(conductor, with);
    links.store = test::spawn_fake_store(system.actors(), disk, faults);
    links.sink = system.actors().spawn(sink, with);
    wake();
    system.run_for(100ms);
  }

  /// A new incarnation.
  void wake() {
    target_source_config config;
    config.take_over = take_over;
    config.wall_clock = [this] { return wall_time{system.elapsed()}; };
    source = spawn_actor(system.actors(), target_source, config, links);
    caf::anon_send(source, wake_up{});
  }

  /// The edge tells that the file changed to this.
  void changes_to(reading now) {
    with->file = now;
    caf::anon_send(source, std::move(now));
    system.run_for(100ms);
  }

  target_source_state state() {
    auto asked = ask(system, source, get_target_source{});
    system.settle();
    return asked.get().value();
  }

  virtual_system system;
  world with = std::make_shared<neighbours>();
  std::shared_ptr<test::store_world> disk = std::make_shared<test::store_world>();
  std::shared_ptr<test::fault_source> faults =
    std::make_shared<test::fault_source>(system.random().fork());
  bool take_over = false;
  target_source_links links;
  target_source_child source;
};

TEST_SUITE("target source") {
  TEST_CASE("target source: what the file holds becomes the target, once") {
    bench b;
    b.start();
    CHECK(b.with->targets == images{"web:1"});
    const auto now = b.state();
    CHECK(now.path == path);
    CHECK(now.project == "shop");
    CHECK(now.problem.empty());
    CHECK(now.accepted.has_value());
    CHECK(now.commit == planning::derived_commit(document("web:1").doc));
    CHECK_FALSE(now.refused);
    CHECK(b.with->told.back() == now);

    b.changes_to(holding("web:2", 2));
    CHECK(b.with->targets == images{"web:1", "web:2"});
    CHECK(b.state().commit == planning::derived_commit(document("web:2").doc));
    b.changes_to(holding("web:2", 3)); // a comment
    CHECK(b.with->targets.size() == 2);
    b.system.run_for(10min); // the deadlines of what was answered pass
    const auto messages = b.system.messages("target_source");
    b.system.run_for(24h);
    CHECK(b.system.messages("target_source") == messages);
  }

  TEST_CASE("target source: what came late is not taken for the newest") {
    bench b;
    b.start();
    b.changes_to(holding("web:3", 3));
    caf::anon_send(b.source, holding("web:2", 2));
    b.system.run_for(1s);
    CHECK(b.with->targets == images{"web:1", "web:3"});
    auto after_restart = holding("web:4", 1);
    after_restart.incarnation = 2;
    b.changes_to(after_restart);
    CHECK(b.with->targets.back() == "web:4");
  }

  TEST_CASE("target source: it tries again with growing pauses when nobody could take it") {
    bench b;
    for (int i = 0; i < 10; ++i)
      b.with->conductor_answers.push_back({errc::unavailable, "the store is away"});
    b.start();
    CHECK(b.state().problem == "the store is away");
    CHECK_FALSE(b.state().accepted);
    CHECK(b.with->targets.size() == 1);
    b.system.run_for(1s);
    CHECK(b.with->targets.size() == 2);
    b.system.run_for(1s);
    CHECK(b.with->targets.size() == 2);
    b.system.run_for(1s);
    CHECK(b.with->targets.size() == 3);
    b.system.run_for(10min);
    CHECK(b.with->targets.size() == 11);
    CHECK(b.state().problem.empty());
    CHECK(b.state().accepted.has_value());
  }

  TEST_CASE("target source: a conductor that does not answer is asked again") {
    bench b;
    b.with->conductor_is_silent = true;
    b.start();
    b.system.run_for(30s);
    CHECK(b.with->targets.size() == 1);
    b.with->conductor_is_silent = false;
    b.system.run_for(1min);
    CHECK(b.with->targets.size() == 2);
    CHECK(b.state().accepted.has_value());
  }

  TEST_CASE("target source: what changed meanwhile is sent next, and what is between is not") {
    bench b;
    b.with->conductor_is_silent = true;
    b.start();
    b.changes_to(holding("web:2", 2));
    b.changes_to(holding("web:3", 3));
    CHECK(b.with->targets == images{"web:1"});
    b.with->conductor_is_silent = false;
    b.system.run_for(2min);
    CHECK(b.with->targets == images{"web:1", "web:3"});
  }

  TEST_CASE("target source: a bad content is told and not sent again until the file changes") {
    bench b;
    b.start();
    b.with->conductor_answers.push_back({errc::invalid_input, "compose.yaml:3: no"});
    b.changes_to(holding("web:", 2));
    CHECK(b.state().problem == "compose.yaml:3: no");
    const auto accepted = b.state().accepted;
    CHECK(accepted.has_value());
    b.system.run_for(24h);
    CHECK(b.with->targets.size() == 2);
    b.changes_to(holding("web:1", 3)); // as before
    CHECK(b.with->targets.size() == 3);
    CHECK(b.state().problem.empty());
  }

  TEST_CASE("target source: a file that is broken or gone leaves the target, and is told") {
    bench b;
    b.start();
    b.changes_to(broken(errc::invalid_input, path + ":3:1: a tab in the indentation", 2));
    CHECK(b.state().problem == path + ":3:1: a tab in the indentation");
    CHECK(b.state().accepted.has_value());
    b.changes_to(broken(errc::not_found, "reading " + path + ": No such file", 3));
    CHECK(b.state().problem == "reading " + path + ": No such file; the target before it stands");
    CHECK(b.with->targets.size() == 1);
    b.changes_to(holding("web:1", 4));
    CHECK(b.with->targets.size() == 1);
    CHECK(b.state().problem.empty());
    b.changes_to(holding("web:2", 5));
    CHECK(b.with->targets.size() == 2);
  }

  TEST_CASE("target source: warnings are told") {
    bench b;
    b.with->file.warnings = {path + ":3: the variable TAG is not set"};
    b.start();
    CHECK(b.state().warnings == b.with->file.warnings);
    CHECK(b.with->told.back().warnings == b.with->file.warnings);
  }

  TEST_CASE("target source: told to look, it reads anew and sends even what was accepted") {
    bench b;
    b.start();
    b.with->file = holding("web:2", 2);
    caf::anon_send(b.source, look_for_target{});
    b.system.run_for(1s);
    CHECK(b.with->targets == images{"web:1", "web:2"});
    caf::anon_send(b.source, look_for_target{});
    b.system.run_for(1s);
    CHECK(b.with->targets == images{"web:1", "web:2", "web:2"});
  }

  TEST_CASE("target source: force goes with the target that was looked for, and with no other") {
    bench b;
    b.start();
    b.with->file = holding("web:2", 2);
    b.with->conductor_answers = {error{errc::unavailable, "it is down"}};
    caf::anon_send(b.source, look_for_target{true});
    b.system.run_for(1min);
    CHECK(b.with->forced == std::vector<bool>{false, true, true});
    caf::anon_send(b.source, look_for_target{});
    b.system.run_for(1s);
    CHECK(b.with->forced == std::vector<bool>{false, true, true, false});
    b.with->conductor_answers = {error{errc::invalid_input, "it is no target"}};
    caf::anon_send(b.source, look_for_target{true});
    b.system.run_for(1min);
    caf::anon_send(b.source, look_for_target{});
    b.system.run_for(1s);
    CHECK(b.with->forced == std::vector<bool>{false, true, true, false, true, false});
  }

  TEST_CASE("target source: an edge that is down is asked again") {
    bench b;
    b.with->file_answers = {3, error{errc::unavailable, "down"}};
    b.start();
    CHECK(b.state().problem == "the target file cannot be read now: down");
    b.system.run_for(1min);
    CHECK(b.with->targets == images{"web:1"});
    CHECK(b.state().problem.empty());
  }

  TEST_CASE("target source: another file's state is not taken while that file is there") {
    bench b;
    b.disk->target = document("web:0", "/old/compose.yaml");
    b.start();
    CHECK(b.with->targets.empty());
    CHECK(b.state().refused);
    CHECK(b.state().problem
          == "the stored target is from /old/compose.yaml, which is there still: go on with that "
             "file, remove or rename it, let /shop/compose.yaml take its place (--take-over), or "
             "give it a state folder of its own");
    b.changes_to(holding("web:2", 2));
    CHECK(b.with->targets.empty());
    b.with->other_is_there = false;
    b.system.run_for(2min);
    CHECK(b.with->targets == images{"web:2"});
    CHECK_FALSE(b.state().refused);
    CHECK(b.state().problem.empty());
  }

  TEST_CASE("target source: whose the state is, is judged by where the stored target came from") {
    const struct {
      std::string name;
      std::string origin;
      bool other_is_there;
      bool take_over;
      bool taken;
    } rows[] = {
      {"this file", path, true, false, true},
      {"another that is gone", "/old/compose.yaml", false, false, true},
      {"another that is there", "/old/compose.yaml", true, false, false},
      {"the operator knows", "/old/compose.yaml", true, true, true},
      {"the cloud", "https://api.example", true, false, true},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      bench b;
      b.disk->target = document("web:0", row.origin);
      b.with->other_is_there = row.other_is_there;
      b.take_over = row.take_over;
      b.start();
      CHECK(b.with->targets == (row.taken ? images{"web:1"} : images{}));
      CHECK(b.state().refused != row.taken);
    }
  }

  TEST_CASE("target source: nothing is sent before the store has said whose the state is") {
    bench b;
    b.faults->rates.fails = 100;
    b.start();
    b.system.run_for(5min);
    CHECK(b.with->targets.empty());
    CHECK(b.state().problem.find("whose the stored target is, is not known yet: ") == 0);
    b.faults->rates.fails = 0;
    b.system.run_for(2min);
    CHECK(b.with->targets == images{"web:1"});
    CHECK(b.state().problem.empty());
  }

  TEST_CASE("target source: killed at any message, its successor gets there") {
    for (std::uint64_t k = 1; k <= 8; ++k) {
      CAPTURE(k);
      bench b{k};
      b.system.kill_before("target_source", k);
      b.start();
      b.system.spare_all();
      b.changes_to(holding("web:2", 2));
      b.wake();
      b.system.run_for(1min);
      REQUIRE(!b.with->targets.empty());
      CHECK(b.with->targets.back() == "web:2");
      CHECK(b.state().problem.empty());
    }
  }
}

} // namespace
} // namespace copal
