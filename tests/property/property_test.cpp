// Whatever a composition asks for: the container made from it equals it, and differs from it in
// exactly the field that is changed.

#include "actors/planning/compare/compare.hpp"
#include "actors/planning/compare/resolve.hpp"
#include "actors/planning/foresee/foresee.hpp"
#include "actors/planning/identity.hpp"
#include "actors/planning/normalise/normalise.hpp"
#include "tests/property/engine_under_test.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include <doctest/doctest.h>

namespace copal::property {

namespace {

constexpr std::uint64_t everyday_cases = 150;
constexpr std::uint64_t ci_cases = 2000;
constexpr int in_flight = 8;

/// Cases in which a plan told what changes; the others change what this engine drops.
std::atomic<std::size_t> plans_checked{0};
constexpr double least_percent = 2;

/// What a number in the environment says.
std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::vector<std::uint64_t> seeds_of_cases() {
  if (const auto one = number_from("PROPERTY_SEED", 0); one != 0)
    return {one};
  const char* ci = std::getenv("CI");
  const bool in_ci = ci != nullptr && std::string{ci} == "true";
  std::vector<std::uint64_t> out(number_from("PROPERTY_CASES", in_ci ? ci_cases : everyday_cases));
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = i + 1;
  return out;
}

struct attempt {
  std::uint64_t seed = 0;
  situation at;
  std::string image;
  value composition;
  test::random_source chance;

  attempt(std::uint64_t number, make_of_engine engine) : seed(number), chance(number) {
    at.engine = engine;
    at.form = chance.percent(50) ? dialect::cloud_v3 : dialect::compose;
    const auto names = engine_under_test::image_names();
    image = names[chance.below(names.size())];
    composition = make_composition(chance, at);
  }
};

/// The service as planning reads it; `why` when it does not.
struct reading {
  std::optional<target_service> service;
  std::string why;
};

reading read(const attempt& x, const value& composition) {
  const auto made =
    planning::normalise_target(document_of(composition, x.image, x.at.form), under_test().device());
  if (!made)
    return {std::nullopt, made.error().what};
  if (!made->warnings.empty())
    return {std::nullopt, made->warnings.front()};
  for (const auto& app : made->target.apps) {
    for (const auto& service : app.release->services) {
      if (service.name.value == "web")
        return {service, {}};
    }
  }
  return {std::nullopt, "no service web"};
}

container_config resolved(const attempt& x, const target_service& service) {
  const auto& image = under_test().image(x.image);
  return planning::resolve(service, &image.facts, image.image.id);
}

planning::compare_context context() {
  planning::compare_context by;
  by.services["db"] = under_test().db();
  by.lacks = under_test().lacks();
  return by;
}

std::string told(const std::vector<planning::field_difference>& found) {
  std::ostringstream out;
  for (const auto& d : found)
    out << "\n    " << d.field << ": the engine shows " << d.current << ", the target says "
        << d.target;
  return out.str();
}

/// Environments are hidden in differences; a test has no secrets.
std::string told(const environment& env, const environment& wanted) {
  std::ostringstream out;
  for (const auto& [name, text] : wanted) {
    const auto it = env.find(name);
    if (it == env.end() || it->second != text)
      out << "\n    env " << name << '=' << text.reveal() << ", the engine shows "
          << (it == env.end() ? "none" : it->second.reveal());
  }
  return out.str();
}

bool names(const field& what, std::string_view difference) {
  return std::any_of(what.compared_as.begin(), what.compared_as.end(), [&](auto name) {
    return difference == name || (name.back() == '(' && difference.starts_with(name))
           || (difference.starts_with(name) && difference.substr(name.size()).starts_with('('));
  });
}

/// That and only that field is told, and its two sides read differently.
bool is_exact(const field& what, const std::vector<planning::field_difference>& found) {
  return std::all_of(found.begin(), found.end(), [&](const auto& d) {
    return names(what, d.field) && (d.current != d.target || d.current == "hidden");
  });
}

/// This engine drops the field, or a part of it: the change may be all in that.
bool may_be_dropped(const field& what) {
  const auto& lacks = under_test().lacks();
  const auto is_any = [&what](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), what.name) != names.end();
  };
  for (const auto lacking : lacks) {
    const auto whole = to_string(lacking);
    if (what.name == whole || whole.starts_with(std::string{what.name} + '.'))
      return true;
  }
  return (lacks.contains(engine_feature::gpus) && is_any({"gpus", "deploy", "features"}))
         || (lacks.contains(engine_feature::mem_limit) && is_any({"mem_reservation", "deploy"}))
         || (lacks.contains(engine_feature::pids_limit) && is_any({"deploy"}));
}

/// Where the kernel does not count swap, the engine drops the limit and shows none: nothing of it
/// can be compared.
bool is_uncounted_swap(const field& what, const container& made) {
  return what.name == "memswap_limit" && made.config.memory_swap_bytes == -1
         && under_test().lacks().contains(engine_feature::memswap_limit);
}

/// The device on which the container was made, and its target as the composition has it now.
planning::situation situation_of(
  const attempt& x, const container& made, const planning::normalised& wanted) {
  planning::situation s;
  s.target = wanted.target;
  s.engine.complete = s.images.complete = true;
  s.engine.lacks = under_test().lacks();
  const auto& app = s.target.apps.at(0);
  const auto& release = *app.release;
  for (const auto& network : release.networks)
    s.engine.networks.push_back(
      {network_engine_id{network.engine_name}, network.engine_name, network.config});
  s.engine.networks.push_back({network_engine_id{"supervisor0"}, "supervisor0", {}});
  for (const auto& volume : release.volumes)
    s.engine.volumes.push_back({volume.engine_name, volume.config});
  const auto& image = under_test().image(x.image);
  s.images.engine.push_back(image.image);
  s.images.facts[image.image.id] = image.facts;
  for (const auto& service : release.services) {
    image_row row{service.image_name,
      app.id,
      app.uuid,
      service.id,
      service.name,
      service.image,
      release.id,
      release.commit,
      image.image.id,
      false};
    s.images.rows.push_back(std::move(row));
    // `db` has the id that the containers of the test know it by.
    auto config = planning::resolve(service, &image.facts, image.image.id);
    container c = made;
    if (service.name.value != "web") {
      c.id = under_test().db();
      c.config = std::move(config);
    }
    // Of another release: within one, what the Node supervisor leaves out makes no difference.
    const container_identity who{app.id,
      app.uuid,
      service.id,
      service.name,
      service.image,
      release_id{release.id.value - 1},
      commit_id{"before"}};
    c.name = planning::container_name(who);
    s.engine.containers.push_back({who, std::move(c), 0});
  }
  return s;
}

/// What the plan says wrongly of the change of one field, drawn for each case.
std::string wrong_plan(attempt& x, const container& made) {
  auto own = x.chance.fork();
  const auto all = fields();
  const auto drawn = [&](const field& what) {
    return what.compared_as.empty() ? value{} : with_change(x.composition, what, own, x.at);
  };
  constexpr int draws = 10; // some have one value only, or none beside the others
  auto which = own.below(all.size());
  auto changed = drawn(all[which]);
  for (int i = 1; i < draws && changed.is_null(); ++i) {
    which = own.below(all.size());
    changed = drawn(all[which]);
  }
  if (changed.is_null())
    return {};
  const auto& field = all[which];
  const auto target =
    planning::normalise_target(document_of(changed, x.image, x.at.form), under_test().device());
  const auto before = read(x, x.composition).service;
  const auto after = read(x, changed).service;
  if (!target || !before || !after)
    return {}; // told by `wrong_changes`
  const auto ahead = planning::foresee(situation_of(x, made, *target));
  for (const auto& one : ahead.steps) {
    const auto* kill = std::get_if<kill_container>(&one.what.action);
    // With no change it goes for what it depends on.
    if (kill == nullptr || kill->id != made.id || one.changes.empty())
      continue;
    ++plans_checked;
    return is_exact(field, one.changes)
             ? std::string{}
             : "\n  " + std::string{field.name} + " changed: the plan tells" + told(one.changes);
  }
  const auto differs = !planning::differences(made, resolved(x, *after), context()).empty();
  return differs ? "\n  " + std::string{field.name} + " changed: the plan has no step for it"
                 : std::string{};
}

/// Changes every field in turn; what the comparison says wrongly of one.
std::string wrong_changes(attempt& x, const container& made, const planning::compare_context& by) {
  std::ostringstream out;
  for (const auto& field : fields()) {
    auto own = x.chance.fork();
    const auto changed = with_change(x.composition, field, own, x.at);
    if (changed.is_null())
      continue;
    const auto target = read(x, changed);
    if (!target.service) {
      out << "\n  " << field.name << " changed: refused: " << target.why;
      continue;
    }
    const auto found = planning::differences(made, resolved(x, *target.service), by);
    const bool may_equal = field.compared_as.empty() || may_be_dropped(field)
                           || (field.engine_chooses && x.composition.find(field.name) == nullptr)
                           || is_uncounted_swap(field, made);
    if (!is_exact(field, found) || (found.empty() && !may_equal))
      out << "\n  " << field.name << " changed to " << debug_string(*changed.find(field.name))
          << ": expected that and only that to differ, found " << (found.empty() ? "nothing" : "")
          << told(found);
  }
  return out.str();
}

std::string problem_of(attempt& x) {
  const auto target = read(x, x.composition);
  if (!target.service)
    return "\n  the generator made what planning does not take: " + target.why;
  auto config = resolved(x, *target.service);
  auto sent = config;
  const auto by = context();
  if (sent.network_mode == "service:db")
    sent.network_mode = "container:" + under_test().db().value;
  if (const auto placed = under_test().place(target.service->files); !placed)
    return "\n  " + placed.error().what;
  const auto made = under_test().shown("web_" + std::to_string(x.seed), sent);
  if (!made)
    return "\n  the engine: " + made.error().what;
  const auto found = planning::differences(*made, config, by);
  if (!found.empty())
    return "\n  equal was expected, but:" + told(found) + told(made->config.env, config.env);
  return wrong_changes(x, *made, by) + wrong_plan(x, *made);
}

/// The fields of a composition that make its service another one than without them.
void count(const attempt& x, std::map<std::string_view, std::uint64_t>& histogram) {
  const auto whole = read(x, x.composition).service;
  for (const auto& field : fields()) {
    if (x.composition.find(field.name) == nullptr)
      continue;
    value::map_type others;
    for (const auto& member : *x.composition.as_map()) {
      if (member.key != field.name)
        others.push_back(member);
    }
    if (field.name == "pull_policy" || read(x, value{others}).service != whole)
      ++histogram[field.name];
  }
}

std::string described(const attempt& x, const std::string& problem) {
  std::ostringstream out;
  out << "case " << x.seed << " (" << to_string(x.at.form) << ", image " << x.image
      << "):" << problem << "\n  composition: " << debug_string(x.composition)
      << "\n  replay: PROPERTY_SEED=" << x.seed << " build/tests/property/property_tests "
      << to_string(x.at.engine) << '\n';
  return out.str();
}

} // namespace

TEST_CASE("property: a container equals the composition it was made from, and no other") {
  const auto seeds = seeds_of_cases();
  const auto engine = under_test().make();
  std::atomic<std::size_t> next{0};
  std::mutex guard;
  std::map<std::uint64_t, std::string> failures;
  const auto began = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> askers;
    for (int i = 0; i < in_flight; ++i) {
      askers.emplace_back([&] {
        for (auto at = next++; at < seeds.size(); at = next++) {
          attempt x{seeds[at], engine};
          const auto problem = problem_of(x);
          const std::lock_guard lock{guard};
          if (!problem.empty())
            failures.emplace(x.seed, described(x, problem));
        }
      });
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  constexpr std::size_t percent = 100;
  constexpr std::size_t least_plans = 85;
  std::cout << plans_checked << " plans checked\n";
  CHECK(plans_checked * percent >= seeds.size() * least_plans);
  std::cout << seeds.size() << " cases on " << to_string(engine) << " in " << std::fixed
            << std::setprecision(1) << took.count()
            << " s: " << static_cast<double>(seeds.size()) / took.count() << " cases/s\n";
  constexpr std::uint64_t most_shown = 10;
  const auto failures_shown = number_from("PROPERTY_SHOW", most_shown);
  std::uint64_t shown = 0;
  for (const auto& [seed, text] : failures) {
    if (shown++ < failures_shown)
      std::cout << text;
  }
  CHECK_MESSAGE(failures.empty(), failures.size() << " of " << seeds.size() << " cases failed");
}

TEST_CASE("property: each field stands in at least 2 % of the cases") {
  const auto seeds = seeds_of_cases();
  if (seeds.size() == 1)
    return; // a replay
  const auto engine = under_test().make();
  std::string rare;
  std::map<std::string_view, std::uint64_t> histogram;
  for (const auto seed : seeds)
    count(attempt{seed, engine}, histogram);
  for (const auto& field : fields()) {
    const bool left_out = is_left_out(field.name, engine);
    const auto percent =
      100.0 * static_cast<double>(histogram[field.name]) / static_cast<double>(seeds.size());
    std::cout << std::setw(20) << field.name << ' ' << std::setw(5) << std::setprecision(1)
              << percent << " % "
              << (left_out ? "left out" : std::string(static_cast<std::size_t>(percent), '#'))
              << '\n';
    if (!left_out && percent < least_percent)
      rare += (rare.empty() ? "" : ", ") + std::string{field.name};
  }
  for (const auto& x : exceptions()) {
    if (x.engine == engine)
      std::cout << "left out: " << x.field << ": " << x.why << '\n';
  }
  CHECK_MESSAGE(rare.empty(), "in fewer than 2 % of the cases: " << rare);
}

} // namespace copal::property
