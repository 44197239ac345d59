// The table of a service's fields, row by row: every form in which a field may be written means the
// same, the engine gets it under the name and in the shape of the table, and shows it equal.
// Source: spec/state-engine.md §2; docs/compatibility.md for what is Copal's own.

#include "tests/property/rows.hpp"

#include "actors/planning/compare/compare.hpp"
#include "actors/planning/compare/resolve.hpp"
#include "actors/planning/normalise/normalise.hpp"
#include "adapters/json/json.hpp"
#include "tests/property/engine_json.hpp"
#include "tests/property/engine_under_test.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

namespace copal::property {

namespace {

value json_of(std::string_view text) {
  auto out = json::parse(text);
  REQUIRE_MESSAGE(out, text, ": ", out.error().what);
  return std::move(*out);
}

/// The row's composition with its field in one of its forms; an empty form leaves it out.
value composition_of(const row& x, std::string_view form) {
  auto out = x.beside.empty() ? value::map({}) : json_of(x.beside);
  if (!form.empty())
    out.set(x.field, json_of(form));
  return out;
}

/// The service, its configuration joined with what the image brings. A form that begins with `~` is
/// read with a warning, any other without.
target_service service_of(const row& x, std::string_view form) {
  const bool is_warned = form.starts_with('~');
  form.remove_prefix(is_warned ? 1 : 0);
  auto made = planning::normalise_target(
    document_of(composition_of(x, form), x.image, x.from), under_test().device());
  REQUIRE_MESSAGE(made, made.error().what);
  CHECK(made->warnings.empty() == !is_warned);
  for (auto& service : made->target.apps.at(0).release->services) {
    if (service.name.value != "web")
      continue;
    const auto& image = under_test().image(x.image);
    service.config = planning::resolve(service, &image.facts, image.image.id);
    service.overrides = {};
    service.v19_overrides.reset(); // v19 read some forms otherwise: decision 0102
    return std::move(service);
  }
  FAIL("no service web");
  return {};
}

/// The expected JSON, with what only this engine knows put in.
value expected_of(std::string_view text, const row& x) {
  auto& engine = under_test();
  std::string out{text};
  const std::pair<std::string_view, std::string> known[] = {
    {"@image", engine.image(x.image).image.id.value},
    {"@db", "container:" + engine.db().value},
    {"@locks", engine.device().lock_root},
    {"@files", engine.device().files_root},
  };
  for (const auto& [name, is] : known) {
    for (auto at = out.find(name); at != std::string::npos; at = out.find(name, at + is.size()))
      out.replace(at, name.size(), is);
  }
  return json_of(out);
}

/// Equal, whatever the order of members.
bool same(const value& a, const value& b) {
  const auto* first = a.as_list();
  const auto* second = b.as_list();
  if (first != nullptr && second != nullptr)
    return std::equal(first->begin(), first->end(), second->begin(), second->end(), same);
  const auto* left = a.as_map();
  const auto* right = b.as_map();
  if (left == nullptr || right == nullptr)
    return a == b;
  return left->size() == right->size()
         && std::all_of(left->begin(), left->end(), [&b](const value_member& member) {
              const auto* other = b.find(member.key);
              return other != nullptr && same(member.val, *other);
            });
}

bool holds(const value& shown, const value& expected, sameness how) {
  if (expected == value{"@any"})
    return !shown.is_null();
  const auto* wanted = expected.as_list();
  const auto* all = shown.as_list();
  if (how == sameness::exact || wanted == nullptr || all == nullptr)
    return same(shown, expected);
  if (how == sameness::any_order && wanted->size() != all->size())
    return false;
  return std::all_of(wanted->begin(), wanted->end(), [all](const value& item) {
    return std::find(all->begin(), all->end(), item) != all->end();
  });
}

/// What the engine made of the service, beside what the row says of it. Only Docker shows a
/// container in the shape of the table; podman's answers are compared by planning alone.
void check_engine(const row& x, const container_config& config) {
  auto& engine = under_test();
  planning::compare_context by;
  by.services["db"] = engine.db();
  by.lacks = engine.lacks();
  auto sent = config;
  if (sent.network_mode == "service:db")
    sent.network_mode = "container:" + engine.db().value;
  value raw;
  const auto shown = engine.shown("row", sent, [&](const container_id& id) {
    if (engine.make() == make_of_engine::docker)
      raw = inspected(engine.socket(), id);
  });
  REQUIRE_MESSAGE(shown, shown.error().what);
  std::string differing;
  for (const auto& d : planning::differences(*shown, config, by))
    differing += d.field + ": " + d.current + " against " + d.target + "; ";
  CHECK(differing == "");
  if (engine.make() != make_of_engine::docker || (x.needs && engine.lacks().contains(*x.needs)))
    return;
  for (const auto& line : x.shown) {
    const auto& path = line.first;
    const auto& expected = line.second;
    const auto& found = at(raw, path);
    CHECK_MESSAGE(holds(found, expected_of(expected, x), x.how),
      path,
      " is ",
      debug_string(found),
      ", expected ",
      expected);
  }
}

} // namespace

TEST_CASE("spec 2: every form of a field means the same, and the engine gets what the table says") {
  for (const auto& x : rows()) {
    SUBCASE(x.name().c_str()) {
      const auto first = service_of(x, x.forms.at(0));
      for (const auto form : x.forms) {
        CAPTURE(form);
        CHECK(service_of(x, form) == first);
      }
      const auto placed = under_test().place(first.files);
      REQUIRE_MESSAGE(placed, placed.error().what);
      if (!x.is_dockers || under_test().make() == make_of_engine::docker)
        check_engine(x, first.config);
    }
  }
}

TEST_CASE("spec 2: each field of the table has a row") {
  const std::set<std::string_view> not_of_the_engine{"depends_on", "running"};
  std::set<std::string_view> seen;
  for (const auto& x : rows()) {
    seen.insert(x.field);
    CHECK_MESSAGE((!x.shown.empty() || not_of_the_engine.contains(x.field)), x.name());
  }
  // As the table names them. `image` is every row's, `storage_opt` never reaches an engine: its
  // verdict is held by schema_verdicts_test.cpp.
  const std::string_view of_the_table[] = {"running",
    "command",
    "entrypoint",
    "environment",
    "labels",
    "volumes",
    "tmpfs",
    "networks",
    "network_mode",
    "ports",
    "depends_on",
    "restart",
    "privileged",
    "tty",
    "init",
    "user",
    "working_dir",
    "hostname",
    "domainname",
    "mac_address",
    "dns",
    "dns_search",
    "dns_opt",
    "extra_hosts",
    "cap_add",
    "cap_drop",
    "group_add",
    "devices",
    "security_opt",
    "sysctls",
    "ulimits",
    "healthcheck",
    "stop_signal",
    "stop_grace_period",
    "pid",
    "pids_limit",
    "ipc",
    "userns_mode",
    "cgroup_parent",
    "cpu_shares",
    "cpu_quota",
    "oom_score_adj",
    "cpus",
    "cpuset",
    "mem_limit",
    "mem_reservation",
    "shm_size",
    "oom_kill_disable",
    "read_only"};
  for (const auto name : of_the_table)
    CHECK_MESSAGE(seen.contains(name), name, " has no row");
  // And what Copal knows beyond it.
  for (const auto& field : fields()) {
    if (field.name != "features" && field.name != "pull_policy")
      CHECK_MESSAGE(seen.contains(field.name), field.name, " has no row");
  }
}

} // namespace copal::property
