#include "tests/contract/store_contract.hpp"

#include "tests/support/live_system.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

image_row example_row() {
  return {.name = "registry.example/web:1",
    .app = {1},
    .uuid = {"a1"},
    .service = {2},
    .used_by = {"web"},
    .image = {3},
    .release = {4},
    .commit = {"c1"},
    .engine_id = {"sha256:aa"},
    .ours = true};
}

/// Rows that differ from the example in one part of their key each.
std::vector<image_row> neighbours_of_example() {
  std::vector<image_row> all(8, example_row());
  all[0].name = "registry.example/web:2";
  all[1].app = {9};
  all[2].uuid = {"a9"};
  all[3].service = {9};
  all[4].used_by = {"db"};
  all[5].image = {9};
  all[6].release = {9};
  all[7].commit = {"c9"};
  return all;
}

/// The questions, as short as the checks need them.
struct asker {
  caf::actor_system& system;
  store_actor store;

  template <class Message>
  void change(Message message) const {
    const auto done = ask<store::stored>(system, store, std::move(message));
    CAPTURE(done.has_value() ? std::string{} : done.error().what);
    REQUIRE(done);
  }
  [[nodiscard]] std::vector<image_row> rows() const {
    return ask<store::row_list>(system, store, store::load_rows{}).value().items;
  }
  [[nodiscard]] std::optional<target_document> target() const {
    return ask<store::stored_target>(system, store, store::load_target{}).value().doc;
  }
  [[nodiscard]] std::map<app_id, commit_id> commits() const {
    return ask<store::commit_list>(system, store, store::load_commits{}).value().items;
  }
  [[nodiscard]] std::vector<store::service_key> keys() const {
    return ask<store::key_list>(system, store, store::load_keys{}).value().items;
  }
};

void check_rows(const asker& it) {
  const auto row = example_row();
  it.change(store::put_row{row});
  it.change(store::put_row{row});
  CHECK(it.rows() == std::vector{row});

  auto fetched = row;
  fetched.engine_id = {"sha256:bb"};
  fetched.ours = false;
  it.change(store::put_row{fetched});
  CHECK_MESSAGE(it.rows() == std::vector{fetched}, "engine_id and ours are not part of the key");

  auto all = neighbours_of_example();
  for (const auto& other : all)
    it.change(store::put_row{other});
  all.push_back(fetched);
  std::sort(all.begin(), all.end());
  CHECK_MESSAGE(it.rows() == all, "every other part is; and rows come sorted");

  it.change(store::drop_row{row}); // its engine_id and ours are old
  all.erase(std::find(all.begin(), all.end(), fetched));
  CHECK(it.rows() == all);
  it.change(store::drop_row{row});
  CHECK_MESSAGE(it.rows() == all, "dropping what is not there is fine");
}

void check_odd_rows(const asker& it) {
  auto odd = example_row();
  odd.name = std::string("'\";--\n\0\xf0\x9f\x90\xb3", 11);
  odd.app = {std::numeric_limits<std::int64_t>::max()};
  odd.service = {std::numeric_limits<std::int64_t>::min()};
  odd.uuid = {};
  odd.commit = {std::string(10'000, 'c')};
  std::vector<image_row> all{odd, image_row{}};
  for (const auto& row : all)
    it.change(store::put_row{row});
  std::sort(all.begin(), all.end());
  CHECK(it.rows() == all);
  it.change(store::drop_row{odd});
  CHECK(it.rows() == std::vector{image_row{}});
}

void check_target(const asker& it) {
  CHECK(!it.target());
  target_document doc{.form = dialect::compose,
    .origin = "/etc/compose.yaml",
    .doc = value::map({{"services", value::map({{"web", value{}.at_line(3)}}).at_line(2)}})};
  doc.doc.at_line(1);
  it.change(store::save_target{doc});
  const auto back = it.target();
  REQUIRE(back);
  CHECK(*back == doc);
  CHECK(back->doc.line() == 1);
  CHECK(back->doc.find("services")->line() == 2);
  CHECK(back->doc.find("services")->find("web")->line() == 3);

  const target_document next{
    .form = dialect::cloud_v3, .origin = "https://api.example", .doc = value::map({})};
  it.change(store::save_target{next});
  CHECK_MESSAGE(it.target() == next, "there is one target: the last");
}

void check_commits(const asker& it) {
  CHECK(it.commits().empty());
  it.change(store::save_commit{{1}, commit_id{"aa"}});
  it.change(store::save_commit{{2}, commit_id{"bb"}});
  it.change(store::save_commit{{1}, commit_id{"cc"}});
  CHECK(it.commits() == std::map<app_id, commit_id>{{{1}, {"cc"}}, {{2}, {"bb"}}});
  it.change(store::save_commit{{1}, std::nullopt});
  it.change(store::save_commit{{7}, std::nullopt});
  CHECK(it.commits() == std::map<app_id, commit_id>{{{2}, {"bb"}}});
}

void check_keys(const asker& it) {
  CHECK(it.keys().empty());
  const store::service_key global{{0}, {}, secret{"k0"}};
  const store::service_key web{{1}, {"web"}, secret{"k1"}};
  it.change(store::put_key{web});
  it.change(store::put_key{global});
  auto renewed = web;
  renewed.key = secret{"k2"};
  it.change(store::put_key{renewed});
  CHECK(it.keys() == std::vector{global, renewed}); // sorted, and secrets come back whole
}

void check_holds(const asker& it) {
  const auto holds = [&it] {
    return ask<store::hold_list>(it.system, it.store, store::load_holds{}).value().items;
  };
  CHECK(holds().empty());
  const wall_time at{std::chrono::nanoseconds{1'700'000'000'000'000'001}};
  const service_hold web{{1}, {"web"}, false, {"c1"}, {"f00"}, at, "boot"};
  const service_hold db{{1}, {"db"}, true, {"c1"}, {"f01"}, {}, ""};
  it.change(store::put_hold{web});
  it.change(store::put_hold{db});
  auto other = web;
  other.container = {"f02"};
  it.change(store::put_hold{other});
  CHECK(holds() == std::vector{db, other});
  it.change(store::drop_hold{{1}, {"db"}});
  it.change(store::drop_hold{{2}, {"web"}});
  CHECK(holds() == std::vector{other});
}

void check_downtimes(const asker& it) {
  const auto downtimes = [&it] {
    return ask<store::downtime_list>(it.system, it.store, store::load_downtimes{}).value().items;
  };
  CHECK(downtimes().empty());
  const auto at = [](int n) { return wall_time{std::chrono::seconds{1'700'000'000 + n}}; };
  using ms = std::chrono::milliseconds;
  const service_downtime web{{1}, {"web"}, ms{1500}, at(1)};
  const service_downtime db{{1}, {"db"}, ms{20}, at(2)};
  it.change(store::put_downtime{web});
  it.change(store::put_downtime{db});
  CHECK(downtimes() == std::vector{db, web});
  auto later = web;
  later.lasted = ms{900};
  later.ended = at(3);
  it.change(store::put_downtime{later});
  CHECK(downtimes() == std::vector{db, later});
  // The two oldest go for two more than there is room for.
  for (int i = 0; i < static_cast<int>(store::most_downtimes); ++i)
    it.change(store::put_downtime{{{2}, {"s" + std::to_string(i)}, ms{1}, at(10 + i)}});
  const auto left = downtimes();
  CHECK(left.size() == store::most_downtimes);
  CHECK((left.front().app == app_id{2}));
}

void check_order(const asker& it) {
  caf::scoped_actor self{it.system};
  auto row = example_row();
  for (int i = 0; i < 20; ++i) {
    row.engine_id = {std::to_string(i)};
    caf::anon_send(it.store, store::put_row{row});
  }
  CHECK_MESSAGE(it.rows() == std::vector{row}, "changes are done in the order they were sent");
}

} // namespace

void check_store_contract(caf::actor_system& system, const start_store& start) {
  const asker subject{system, start(system)};
  SUBCASE("a new store is empty and says what it is") {
    CHECK(subject.rows().empty());
    CHECK(!subject.target());
    CHECK(subject.commits().empty());
    CHECK(subject.keys().empty());
    CHECK(ask<store::store_facts>(system, subject.store, store::load_facts{}));
  }
  SUBCASE("rows are told apart by all but engine_id and ours") {
    check_rows(subject);
  }
  SUBCASE("rows may hold any text and number") {
    check_odd_rows(subject);
  }
  SUBCASE("the target comes back as it was accepted, with its lines") {
    check_target(subject);
  }
  SUBCASE("each app has one commit until it is forgotten") {
    check_commits(subject);
  }
  SUBCASE("each app and service has one key") {
    check_keys(subject);
  }
  SUBCASE("each app and service has one hold until it is dropped") {
    check_holds(subject);
  }
  SUBCASE("each app and service has one downtime, and there are not too many") {
    check_downtimes(subject);
  }
  SUBCASE("requests are done in order") {
    check_order(subject);
  }
}

} // namespace copal::test
