#include "main/plan.hpp"

#include "actors/planning/compare/unhonoured.hpp"
#include "actors/planning/foresee/snapshot.hpp"
#include "actors/planning/normalise/api_keys.hpp"
#include "actors/planning/normalise/normalise.hpp"
#include "adapters/files/files.hpp"
#include "adapters/json/json.hpp"
#include "adapters/target_file/target_file.hpp"
#include "main/foreseen_text.hpp"
#include "main/image_sizes.hpp"
#include "main/onlooker.hpp"
#include "main/places.hpp"
#include "main/registry_auth.hpp"
#include "main/settings.hpp"

#include <algorithm>
#include <iostream>
#include <set>
#include <utility>

namespace copal {

namespace {

constexpr int is_not_at_target = 3;

/// A device with hundreds of images and containers stays far below.
constexpr json::limits snapshot_limits{std::size_t{64} << 20U, 64, 2'000'000};

int refuse(const std::string& why) {
  std::cerr << "copal: " << why << '\n';
  return 1;
}

result<planning::snapshot> read_current(const std::filesystem::path& path) {
  const auto text = files::read(path, snapshot_limits.max_bytes);
  if (!text)
    return fail(text.error());
  const auto doc = json::parse(*text, snapshot_limits);
  if (!doc)
    return fail(doc.error().with_context(path.string()));
  auto out = planning::read_snapshot(*doc);
  if (!out)
    return fail(out.error().with_context(path.string()));
  return out;
}

places places_of(const plan_options& options) {
  run_options as_run;
  as_run.engine = options.engine;
  as_run.state_dir = options.state_dir;
  as_run.config = options.config;
  as_run.root = options.root;
  as_run.lock_dir = options.lock_dir;
  return find_places(
    as_run, process_environment(), std::filesystem::exists("/mnt/root/etc/os-release"));
}

result<planning::snapshot> look_now(const plan_options& options) {
  const auto where = places_of(options);
  const auto engine = http::address::parse(where.engine);
  if (!engine)
    return fail(engine.error());
  return look_around(where, options.files_dir, *engine);
}

result<void> save(const planning::snapshot& what, const std::filesystem::path& path) {
  const auto text = json::write(planning::write_snapshot(what));
  if (!text)
    return fail(text.error().with_context("saving the current state"));
  return files::replace(std::filesystem::absolute(path), *text + '\n');
}

result<target_file::reading> read_target(const plan_options& options) {
  target_file_config file;
  file.path = options.compose.empty() ? options.target : options.compose;
  file.form = options.compose.empty() ? dialect::cloud_v3 : dialect::compose;
  file.project = options.project_name;
  file.variables = compose_variables();
  file.root = options.root.empty() ? "/" : options.root;
  auto found = target_file::read_once(file);
  if (!found.doc)
    return fail(
      found.why ? *found.why : error{errc::unavailable, file.path.string() + ": cannot be read"});
  return found;
}

/// The target with all its services' keys. A service that has none yet gets one for this plan.
result<planning::normalised> understand(const target_document& doc, planning::snapshot& current) {
  auto target = planning::normalise_target(doc, current.device);
  if (!target)
    return target;
  auto& known = current.device.service_keys;
  const auto missing = planning::missing_keys(target->target, known, current.engine);
  for (const auto& one : missing)
    known.push_back({one.app, one.service, one.found.empty() ? secret{"to be made"} : one.found});
  return missing.empty() ? std::move(target) : planning::normalise_target(doc, current.device);
}

/// Why the sizes are not known of images that are to be fetched.
std::vector<std::string> size_warnings(
  const planning::foresight& ahead, const std::vector<image_size>& sizes) {
  std::vector<std::string> out;
  for (const auto& size : sizes) {
    const auto is_it = [&size](const planning::foreseen_step& one) {
      const auto* fetch = std::get_if<fetch_image>(&one.what.action);
      return fetch != nullptr && fetch->row.name == size.name;
    };
    if (size.problem && std::any_of(ahead.steps.begin(), ahead.steps.end(), is_it))
      out.push_back("the size of " + size.name + " is not known: " + size.problem->what);
  }
  return out;
}

foreseen foresee(const plan_options& options,
  const planning::snapshot& current,
  const planning::normalised& wanted) {
  planning::situation s;
  s.target = wanted.target;
  s.engine = current.engine;
  s.images = current.images;
  s.commits = current.commits;
  s.locks = current.locks;
  s.asked.holds = current.holds;
  s.boot = current.boot;
  s.os = current.os;
  s.reboot = {.possible = !options.no_reboot, .host = host::os_update{}};
  foreseen out{planning::foresee(std::move(s), current.downtimes), wanted.target, wanted.warnings};
  for (auto& warning : planning::unhonoured(wanted.target, current.engine.lacks))
    out.warnings.push_back(std::move(warning));
  for (auto& warning : size_warnings(out.ahead, current.images.sizes))
    out.warnings.push_back(std::move(warning));
  return out;
}

/// The images that would be fetched, each once, in order.
std::vector<std::string> fetched_by(const planning::foresight& ahead) {
  std::set<std::string> out;
  for (const auto& one : ahead.steps) {
    if (const auto* fetch = std::get_if<fetch_image>(&one.what.action))
      out.insert(fetch->row.name);
  }
  return {out.begin(), out.end()};
}

/// Asks how large the images are that would be fetched.
result<void> find_sizes(
  const plan_options& options, const planning::normalised& wanted, planning::snapshot& current) {
  const auto names = fetched_by(foresee(options, current, wanted).ahead);
  if (names.empty() || !options.ask_registries)
    return {};
  registry_logins logins;
  if (!options.registry_auth.empty()) {
    auto read = read_registry_auth(options.registry_auth);
    if (!read)
      return fail(std::move(read.error()));
    logins = std::move(*read);
  }
  const auto engine = http::address::parse(places_of(options).engine);
  if (!engine)
    return fail(engine.error());
  auto sizes = ask_for_sizes(*engine, logins, names);
  if (!sizes)
    return fail(sizes.error().with_context("asking for the sizes of images"));
  current.images.sizes = std::move(*sizes);
  return {};
}

int show(const foreseen& ahead, bool as_json) {
  if (!as_json) {
    std::cout << foreseen_text(ahead);
  } else {
    const auto text = json::write(foreseen_json(ahead));
    if (!text)
      return refuse(text.error().with_context("writing the plan").what);
    std::cout << *text << '\n';
  }
  return is_at_target(ahead) ? 0 : is_not_at_target;
}

} // namespace

int plan_ahead(const plan_options& options) {
  const auto is_live = options.current.empty();
  auto current = is_live ? look_now(options) : read_current(options.current);
  if (!current)
    return refuse(current.error().what);
  const auto save_it = [&]() -> result<void> {
    return options.save_current.empty() ? result<void>{} : save(*current, options.save_current);
  };
  if (options.compose.empty() && options.target.empty()) {
    const auto saved = save_it();
    return saved ? 0 : refuse(saved.error().what);
  }
  const auto found = read_target(options);
  if (!found)
    return refuse(found.error().what);
  auto wanted = understand(*found->doc, *current);
  if (!wanted)
    return refuse(wanted.error().what);
  wanted->warnings.insert(wanted->warnings.begin(), found->warnings.begin(), found->warnings.end());
  if (is_live) {
    if (auto asked = find_sizes(options, *wanted, *current); !asked)
      return refuse(asked.error().what);
  }
  if (auto saved = save_it(); !saved)
    return refuse(saved.error().what);
  return show(foresee(options, *current, *wanted), options.json);
}

} // namespace copal
