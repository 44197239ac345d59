// The same of networks and volumes: what the engine lists equals the target that it was made from,
// and differs from it in exactly the field that is changed.

#include "actors/planning/compare/compare.hpp"
#include "actors/planning/foresee/foresee.hpp"
#include "actors/planning/normalise/normalise.hpp"
#include "tests/property/engine_under_test.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>

#include <doctest/doctest.h>

namespace copal::property {

namespace {

using source = test::random_source;

/// A field of a network or a volume.
struct part_field {
  std::string_view name;
  unsigned percent;
  value (*make)(source&);
  std::vector<std::string_view> compared_as; ///< A difference in it begins with one of these.
  /// What it is changed to where `make` gives the default only, since no engine here has another:
  /// nothing is made from it.
  value (*other)(source&) = nullptr;
};

value labels(source& c) {
  if (c.percent(30))
    return value::list({"com.example.list=" + std::to_string(c.below(100))});
  return value::map({{"com.example.map", std::to_string(c.below(100))}});
}

value yes(source&) {
  return true;
}

/// The drivers that every engine has. For another the kernel would have to have modules, or the
/// engine a plugin.
value driver_of_network(source&) {
  return "bridge";
}

value other_driver_of_network(source& c) {
  return c.percent(50) ? "macvlan" : "ipvlan";
}

value driver_of_volume(source&) {
  return "local";
}

value other_driver_of_volume(source& c) {
  return c.percent(50) ? "vendor/volumes:1" : "flocker";
}

value network_opts(source& c) {
  return value::map({{"mtu", std::to_string(c.between(1200, 1400))}});
}

/// Pools that no other network of the test has. Both kinds, so that IPv6 can be switched on.
value ipam(source& c) {
  const auto start =
    "10." + std::to_string(c.between(200, 250)) + '.' + std::to_string(c.below(256)) + '.';
  auto pool =
    value::map({{"subnet", start + "0/24"}, {"gateway", start + (c.percent(50) ? "1" : "254")}});
  if (c.percent(40))
    pool.set("ip_range", start + (c.percent(50) ? "128/25" : "64/26"));
  if (c.percent(40))
    pool.set("aux_addresses", value::map({{"router", start + std::to_string(c.between(2, 20))}}));
  const auto six = "fd00:" + std::to_string(c.between(1000, 9000)) + "::";
  auto out = value::map({{"config",
    value::list({pool, value::map({{"subnet", six + "/64"}, {"gateway", six + "1"}})})}});
  if (c.percent(20))
    out.set("options", value::map({{"com.example", std::to_string(c.below(100))}}));
  return out;
}

const part_field network_fields[] = {
  {"driver", 30, driver_of_network, {"driver"}, other_driver_of_network},
  {"driver_opts", 40, network_opts, {"driver_opts("}},
  {"ipam", 60, ipam, {"ipam.", "labels(io.balena.private.ipam.config)"}},
  {"enable_ipv6", 40, yes, {"enable_ipv6"}},
  {"internal", 40, yes, {"internal"}},
  {"labels", 50, labels, {"labels("}},
  {"config_only", 10, yes, {"config_only", "driver"}},
};

value volume_opts(source& c) {
  return value::map({{"type", "tmpfs"},
    {"device", "tmpfs"},
    {"o", "uid=" + std::to_string(c.between(1000, 2000))}});
}

const part_field volume_fields[] = {
  {"driver", 30, driver_of_volume, {"driver"}, other_driver_of_volume},
  {"driver_opts", 50, volume_opts, {"driver_opts("}},
  {"labels", 50, labels, {"labels("}},
};

bool is_on(const value& part, std::string_view name) {
  const auto* flag = part.find(name);
  return flag != nullptr && *flag == value{true};
}

/// IPv6 wants a pool for it. One that is a configuration only is internal to nothing, and no driver
/// drives it.
bool fits(std::string_view name, const value& part) {
  if (name == "enable_ipv6")
    return part.find("ipam") != nullptr;
  if (name == "internal")
    return !is_on(part, "config_only");
  if (name == "driver")
    return !is_on(part, "config_only");
  return name != "config_only" || (!is_on(part, "internal") && part.find("driver") == nullptr);
}

value make_part(source& chance, std::span<const part_field> fields) {
  auto out = value::map({});
  for (const auto& field : fields) {
    auto own = chance.fork();
    if (own.percent(field.percent) && fits(field.name, out))
      out.set(field.name, field.make(own));
  }
  return out;
}

value changed(const value& part, const part_field& field, source& chance) {
  value out{*part.as_map()};
  if (part.find(field.name) != nullptr && field.make == yes)
    out.set(field.name, false);
  else
    out.set(field.name, field.other != nullptr ? field.other(chance) : field.make(chance));
  const auto* before = part.find(field.name);
  const bool same = before != nullptr && *before == *out.find(field.name);
  return same || !fits(field.name, out) ? value{} : out;
}

/// An app that has one of this kind.
result<planning::normalised> read_target(std::string_view kind, const value& part, dialect form) {
  auto document = document_of(value::map({}), "property/plain:1", form);
  const auto parts = value::map({{"drawn", part}});
  auto& doc = document.doc;
  if (form == dialect::compose) {
    doc.set(kind, parts);
  } else {
    auto device = *doc.find("d1");
    auto apps = *device.find("apps");
    auto app = *apps.find("a7");
    auto releases = *app.find("releases");
    auto release = *releases.find("c70");
    release.set(kind, parts);
    releases.set("c70", release);
    app.set("releases", releases);
    apps.set("a7", app);
    device.set("apps", apps);
    doc.set("d1", device);
  }
  auto made = planning::normalise_target(document, under_test().device());
  if (made && !made->warnings.empty())
    return fail(errc::invalid_input, made->warnings.front());
  return made;
}

const auto& all_of(const target_release& release, const target_network*) {
  return release.networks;
}

const auto& all_of(const target_release& release, const target_volume*) {
  return release.volumes;
}

template <class Part>
Part drawn(const planning::normalised& made) {
  const auto& all = all_of(*made.target.apps.at(0).release, static_cast<const Part*>(nullptr));
  const auto it = std::find_if(
    all.begin(), all.end(), [](const Part& one) { return one.engine_name.ends_with("_drawn"); });
  REQUIRE(it != all.end());
  return *it;
}

template <class List, class Question>
auto listed(const std::string& name, Question question)
  -> result<decltype(List{}.items.front().config)> {
  const auto all = under_test().ask<List>(question);
  if (!all)
    return fail(all.error());
  for (const auto& one : all->items) {
    if (one.name == name)
      return one.config;
  }
  return fail(errc::not_found, "the engine does not list it");
}

result<network_config> shown(const target_network& part) {
  auto made = under_test().ask<engine::done>(engine::create_network{part.engine_name, part.config});
  return made ? listed<engine::network_list>(part.engine_name, engine::list_networks{})
              : fail(std::move(made.error()));
}

result<volume_config> shown(const target_volume& part) {
  auto made = under_test().ask<engine::done>(engine::create_volume{part.engine_name, part.config});
  return made ? listed<engine::volume_list>(part.engine_name, engine::list_volumes{})
              : fail(std::move(made.error()));
}

void remove(const target_network& part) {
  const auto all = under_test().ask<engine::network_list>(engine::list_networks{});
  for (const auto& one : all ? all->items : std::vector<engine_network>{}) {
    if (one.name == part.engine_name)
      (void)under_test().ask<engine::done>(engine::remove_network{one.id});
  }
}

void remove(const target_volume& part) {
  (void)under_test().ask<engine::done>(engine::remove_volume{part.engine_name});
}

std::string told(const std::vector<planning::field_difference>& found) {
  std::ostringstream out;
  for (const auto& d : found)
    out << "\n    " << d.field << ": the engine shows " << d.current << ", the target says "
        << d.target;
  return out.str();
}

bool is_exact(const part_field& field, const std::vector<planning::field_difference>& found) {
  return !found.empty() && std::all_of(found.begin(), found.end(), [&](const auto& d) {
    const bool is_told_apart = d.current != d.target || d.current == "hidden";
    return is_told_apart
           && std::any_of(field.compared_as.begin(), field.compared_as.end(), [&d](auto name) {
                return d.field.starts_with(name);
              });
  });
}

void put(planning::situation& s, const target_network& part, const network_config& there) {
  s.engine.networks.push_back({network_engine_id{part.engine_name}, part.engine_name, there});
}

void put(planning::situation& s, const target_volume& part, const volume_config& there) {
  s.engine.volumes.push_back({part.engine_name, there});
}

bool removes(const planning::foreseen_step& one, const target_network& part) {
  const auto* remove = std::get_if<remove_network>(&one.what.action);
  return remove != nullptr && remove->name == part.engine_name;
}

bool removes(const planning::foreseen_step& one, const target_volume& part) {
  const auto* remove = std::get_if<remove_volume>(&one.what.action);
  return remove != nullptr && remove->name == part.engine_name;
}

/// The changes that the plan tells where it removes the part, on a device that has it as the engine
/// shows it, and nothing else.
template <class Part, class Config>
std::vector<planning::field_difference> planned_changes(
  const planning::normalised& wanted, const Config& there) {
  planning::situation s;
  s.target = wanted.target;
  s.engine.complete = s.images.complete = true;
  s.engine.lacks = under_test().lacks();
  const auto part = drawn<Part>(wanted);
  put(s, part, there);
  for (const auto& one : planning::foresee(s).steps) {
    if (removes(one, part))
      return one.changes;
  }
  return {};
}

/// What is wrong with one case; empty for nothing.
template <class Part>
std::string problem_of(
  std::uint64_t seed, std::string_view kind, std::span<const part_field> fields, value& part) {
  source chance{seed};
  const auto form = chance.percent(50) ? dialect::cloud_v3 : dialect::compose;
  part = make_part(chance, fields);
  const auto made = read_target(kind, part, form);
  if (!made)
    return "\n  planning does not take it: " + made.error().what;
  const auto target = drawn<Part>(*made);
  const auto there = shown(target);
  remove(target);
  if (!there)
    return "\n  the engine: " + there.error().what;
  std::string out;
  if (const auto found = planning::differences(*there, target.config); !found.empty())
    out += "\n  equal was expected, but:" + told(found);
  for (const auto& field : fields) {
    const auto other = changed(part, field, chance);
    if (other.is_null())
      continue;
    const auto wanted = read_target(kind, other, form);
    if (!wanted) {
      out += "\n  " + std::string{field.name} + " changed: refused: " + wanted.error().what;
      continue;
    }
    const auto found = planning::differences(*there, drawn<Part>(*wanted).config);
    const auto planned = planned_changes<Part>(*wanted, *there);
    if (!is_exact(field, found) || planned != found)
      out += "\n  " + std::string{field.name} + " changed to "
             + debug_string(*other.find(field.name)) + ": that and only that was to differ, found"
             + told(found) + "\n  and planned" + told(planned);
  }
  return out;
}

template <class Part>
void check_all(std::string_view kind, std::span<const part_field> fields, std::uint64_t cases) {
  std::map<std::string_view, std::uint64_t> histogram;
  std::string failures;
  for (std::uint64_t seed = 1; seed <= cases; ++seed) {
    value part;
    const auto problem = problem_of<Part>(seed, kind, fields, part);
    for (const auto& field : fields)
      histogram[field.name] += part.find(field.name) != nullptr ? 1 : 0;
    if (!problem.empty())
      failures += "\ncase " + std::to_string(seed) + " " + debug_string(part) + problem;
  }
  for (const auto& field : fields) {
    const auto percent =
      100.0 * static_cast<double>(histogram[field.name]) / static_cast<double>(cases);
    std::cout << std::setw(10) << kind << ' ' << std::setw(12) << field.name << ' ' << std::fixed
              << std::setprecision(1) << percent << " %"
              << (field.other != nullptr ? ", written out: no engine here has another\n" : "\n");
    CHECK_MESSAGE(percent >= 2, field.name, " stands in too few cases");
  }
  CHECK_MESSAGE(failures.empty(), failures);
}

/// Making a network takes an engine a fifth of a second.
std::uint64_t cases() {
  constexpr std::uint64_t everyday = 40;
  constexpr std::uint64_t in_ci = 100;
  constexpr std::uint64_t part = 20;
  if (const char* text = std::getenv("PROPERTY_CASES"); text != nullptr)
    return std::max<std::uint64_t>(everyday, std::strtoull(text, nullptr, 10) / part);
  const char* ci = std::getenv("CI");
  return ci != nullptr && std::string_view{ci} == "true" ? in_ci : everyday;
}

} // namespace

TEST_CASE("property: a network equals the target it was made from, and no other") {
  check_all<target_network>("networks", network_fields, cases());
}

TEST_CASE("property: a volume equals the target it was made from, and no other") {
  check_all<target_volume>("volumes", volume_fields, cases());
}

} // namespace copal::property
