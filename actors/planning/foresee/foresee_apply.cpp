// Each step, taken for done.

#include "actors/planning/foresee/foresee.hpp"
#include "actors/planning/plan/image_space.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

/// Changes the container of that id, if it is there.
template <class Change>
void with_container(situation& s, const container_id& id, Change change) {
  const auto it = std::find_if(s.engine.containers.begin(),
    s.engine.containers.end(),
    [&id](const auto& c) { return c.what.id == id; });
  if (it != s.engine.containers.end())
    change(*it);
}

void erase_container(situation& s, const container_id& id) {
  std::erase_if(s.engine.containers, [&id](const auto& c) { return c.what.id == id; });
}

/// Whether a row's name says that it is of the image that comes; a digest does for every
/// repository.
bool is_named(const image_row& row, const std::string& name) {
  if (row.name == name)
    return true;
  const auto of_row = image_reference::parse(row.name);
  const auto coming = image_reference::parse(name);
  return of_row && coming && same_image(*of_row, *coming);
}

/// The id of an image that comes: one that was known under this name before comes again.
engine_image_id id_of_coming(const situation& s, const std::string& name) {
  for (const auto& row : s.images.rows) {
    if (!row.engine_id.empty() && is_named(row, name))
      return row.engine_id;
  }
  return {"foreseen:" + name};
}

/// What a new image brings, as far as it can be guessed: what the service's present one does.
image_facts likely_facts(const situation& s, const image_row& row) {
  for (const auto& other : s.images.rows) {
    const auto it = s.images.facts.find(other.engine_id);
    if (other.app == row.app && other.used_by == row.used_by && it != s.images.facts.end())
      return it->second;
  }
  return {};
}

/// When a container is made or started: after all that there are, and after the boot.
wall_time after_all(const situation& s) {
  auto latest = s.boot ? s.boot->at : wall_time{};
  for (const auto& c : s.engine.containers)
    latest = std::max({latest, c.what.created, c.what.started});
  return latest + std::chrono::seconds{1};
}

struct apply {
  situation& s;
  app_id app;
  int& made;

  void record(image_row row) const {
    std::erase_if(s.images.rows, [&row](image_row other) {
      other.engine_id = row.engine_id;
      other.ours = row.ours;
      return other == row;
    });
    s.images.facts[row.engine_id];
    s.images.rows.push_back(std::move(row));
    std::sort(s.images.rows.begin(), s.images.rows.end());
  }

  /// The image is there, by this name and by those that it has; a tag is one image's.
  void name_image(const image_row& row) const {
    auto& all = s.images.engine;
    for (auto& image : all)
      image.tags.erase(row.name);
    auto it = std::find_if(
      all.begin(), all.end(), [&row](const engine_image& e) { return e.id == row.engine_id; });
    if (it == all.end()) {
      it = all.insert(all.end(), engine_image{});
      it->id = row.engine_id;
    }
    // A reference with a digest is no tag.
    const auto is_pinned = row.name.find('@') != std::string::npos;
    (is_pinned ? it->digests : it->tags).insert(row.name);
  }

  void operator()(const fetch_image& a) const {
    auto row = a.row;
    row.engine_id = id_of_coming(s, row.name);
    row.ours = true;
    auto facts = likely_facts(s, row);
    facts.layers = layers_of(s.images, row.name);
    s.images.facts.try_emplace(row.engine_id, std::move(facts));
    name_image(row);
    record(std::move(row));
  }
  void operator()(const save_image& a) const { record(a.row); }
  void operator()(const remove_image& a) const {
    std::erase(s.images.rows, a.row);
    const auto& id = a.row.engine_id;
    const auto is_of = [&id](const image_row& r) { return r.engine_id == id; };
    if (std::any_of(s.images.rows.begin(), s.images.rows.end(), is_of))
      return;
    std::erase_if(s.images.engine, [&id](const auto& e) { return e.id == id; });
    s.images.facts.erase(id);
  }
  void operator()(const install_service& a) const {
    supervised_container c;
    c.who = a.who;
    c.what.id.value = "foreseen-" + std::to_string(++made);
    c.what.name = a.container_name;
    c.what.state = a.create_only ? container_state::created : container_state::running;
    c.what.created = after_all(s);
    if (!a.create_only)
      c.what.started = c.what.created + std::chrono::milliseconds{1};
    c.what.config = a.config;
    join_network_of_service(c.what.config);
    auto& all = s.engine.containers;
    const auto id_less = [](const auto& x, const auto& y) { return x.what.id < y.what.id; };
    all.insert(std::upper_bound(all.begin(), all.end(), c, id_less), c);
  }
  /// The engine shows the other container where a service was asked for.
  void join_network_of_service(container_config& config) const {
    constexpr std::string_view prefix = "service:";
    if (!config.network_mode.starts_with(prefix))
      return;
    const auto name = config.network_mode.substr(prefix.size());
    for (const auto& other : s.engine.containers) {
      if (other.who.app == app && other.who.name.value == name)
        config.network_mode = "container:" + other.what.id.value;
    }
  }
  void operator()(const start_container& a) const {
    with_container(s, a.id, [when = after_all(s)](auto& c) {
      c.what.state = container_state::running;
      c.what.started = when;
    });
  }
  void operator()(const stop_container& a) const {
    with_container(s, a.id, [](auto& c) { c.what.state = container_state::exited; });
  }
  void operator()(const kill_container& a) const { erase_container(s, a.id); }
  void operator()(const remove_container& a) const { erase_container(s, a.id); }
  void operator()(const rename_container& a) const {
    with_container(s, a.id, [&](auto& c) {
      c.what.name = a.name;
      const auto& apps = s.target.apps;
      const auto of =
        std::find_if(apps.begin(), apps.end(), [this](const auto& x) { return x.id == app; });
      if (of != apps.end() && of->release) {
        c.who.release = of->release->id;
        c.who.commit = of->release->commit;
      }
    });
  }
  void operator()(const retire_container& a) const {
    with_container(s, a.id, [&a](auto& c) {
      c.what.name = a.name;
      c.what.config.restart = {restart_mode::no, 0};
    });
  }
  /// The new one is taken to say that it has taken over.
  void operator()(const await_handover& a) const { s.handed_over[{a.old, a.young}] = true; }
  void operator()(const note_reboot& a) const {
    if (!s.boot)
      return;
    s.boot->reboot = true;
    s.boot->noted.insert(a.container);
    for (const auto& [subject, digest] : a.unkept)
      s.boot->unkept[subject] = digest;
  }
  /// Locks are gone with it; what was up comes up again.
  void operator()(const reboot_device& /*action*/) const {
    s.locks.clear();
    if (!s.boot)
      return;
    auto rebooted = std::move(s.boot->rebooted);
    rebooted.merge(s.boot->noted);
    s.boot = host::boot_facts{
      s.boot->id + "+", after_all(s), false, {}, std::move(rebooted), std::move(s.boot->unkept)};
  }
  void operator()(const create_network& a) const {
    s.engine.networks.push_back({{"foreseen:" + a.name}, a.name, a.config});
  }
  void operator()(const remove_network& a) const {
    std::erase_if(s.engine.networks, [&a](const auto& n) { return n.id == a.id; });
  }
  void operator()(const create_volume& a) const { s.engine.volumes.push_back({a.name, a.config}); }
  void operator()(const remove_volume& a) const {
    std::erase_if(s.engine.volumes, [&a](const auto& v) { return v.name == a.name; });
  }
  void operator()(const take_locks& a) const {
    auto& facts = s.locks[app];
    facts.app = app;
    facts.taken = true;
    facts.services.insert(a.services.begin(), a.services.end());
  }
  void operator()(const release_locks& /*action*/) const {
    auto& facts = s.locks[app];
    facts = {.app = app, .held = std::move(facts.held)};
  }
  void operator()(const set_firmware_volume& a) const { s.os = host::os_settings{a.name}; }
  void operator()(const record_commit& a) const {
    if (a.commit.empty())
      s.commits.erase(app);
    else
      s.commits[app] = a.commit;
  }
};

} // namespace

void apply_step(situation& s, const step& one, int& made) {
  std::visit(apply{s, one.app, made}, one.action);
}

namespace {

/// Whether a service of the target waits for that one's end.
bool is_job(const situation& s, const container_identity& who) {
  const auto waits_for_it = [&who](const target_service& x) {
    return std::any_of(x.depends_on.begin(), x.depends_on.end(), [&who](const auto& on) {
      return on.service == who.name && on.condition == dependency_condition::completed;
    });
  };
  return std::any_of(s.target.apps.begin(), s.target.apps.end(), [&](const target_app& app) {
    return app.id == who.app && app.release
           && std::any_of(app.release->services.begin(), app.release->services.end(), waits_for_it);
  });
}

/// One that ends with success is not started again.
bool stays_ended(const container_config& config) {
  return config.restart.mode == restart_mode::no || config.restart.mode == restart_mode::on_failure;
}

bool has_check(const container_config& config) {
  return !config.healthcheck.test.empty() && config.healthcheck.test.front() != "NONE";
}

} // namespace

void pass_time(situation& s) {
  std::erase_if(
    s.engine.containers, [](const auto& c) { return c.what.state == container_state::removing; });
  for (auto& c : s.engine.containers) {
    if (c.what.state == container_state::restarting)
      c.what.state = container_state::running;
    if (c.what.state != container_state::running)
      continue;
    if (has_check(c.what.config))
      c.what.health = health_state::healthy;
    // One that was made before it was a job of the target may not be one.
    if (is_job(s, c.who) && stays_ended(c.what.config)) {
      c.what.state = container_state::exited;
      c.what.exit_code = 0;
    }
  }
}

} // namespace copal::planning
