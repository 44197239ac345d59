#include "main/plan.hpp"

#include "actors/planning/api_keys.hpp"
#include "actors/planning/normalise.hpp"
#include "actors/planning/snapshot.hpp"
#include "adapters/json/json.hpp"
#include "adapters/target_file/target_file.hpp"
#include "main/files.hpp"
#include "main/foreseen_text.hpp"
#include "main/onlooker.hpp"
#include "main/places.hpp"
#include "main/settings.hpp"

#include <iostream>
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

result<planning::snapshot> look_now(const plan_options& options) {
  run_options as_run;
  as_run.engine = options.engine;
  as_run.state_dir = options.state_dir;
  as_run.config = options.config;
  as_run.root = options.root;
  as_run.lock_dir = options.lock_dir;
  const auto where =
    find_places(as_run, process_environment(), std::filesystem::exists("/mnt/root/etc/os-release"));
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

foreseen foresee(planning::snapshot current, planning::normalised wanted) {
  planning::situation s;
  s.target = wanted.target;
  s.engine = std::move(current.engine);
  s.images = std::move(current.images);
  s.commits = std::move(current.commits);
  s.locks = std::move(current.locks);
  s.asked.holds = std::move(current.holds);
  s.boot = std::move(current.boot);
  return {planning::foresee(std::move(s)), std::move(wanted.target), std::move(wanted.warnings)};
}

} // namespace

int plan_ahead(const plan_options& options) {
  auto current = options.current.empty() ? look_now(options) : read_current(options.current);
  if (!current)
    return refuse(current.error().what);
  if (!options.save_current.empty()) {
    if (auto saved = save(*current, options.save_current); !saved)
      return refuse(saved.error().what);
  }
  if (options.compose.empty() && options.target.empty())
    return 0;
  const auto found = read_target(options);
  if (!found)
    return refuse(found.error().what);
  auto wanted = understand(*found->doc, *current);
  if (!wanted)
    return refuse(wanted.error().what);
  wanted->warnings.insert(wanted->warnings.begin(), found->warnings.begin(), found->warnings.end());
  const auto ahead = foresee(std::move(*current), std::move(*wanted));
  if (options.json) {
    const auto text = json::write(foreseen_json(ahead));
    if (!text)
      return refuse(text.error().with_context("writing the plan").what);
    std::cout << *text << '\n';
  } else {
    std::cout << foreseen_text(ahead);
  }
  return is_at_target(ahead) ? 0 : is_not_at_target;
}

} // namespace copal
