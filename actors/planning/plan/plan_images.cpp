// Which images to fetch, to record and to remove. Source: spec/state-engine.md §6.

#include "actors/planning/host_services.hpp"
#include "actors/planning/plan/image_space.hpp"
#include "actors/planning/plan/plan_parts.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

bool in_engine(const situation& s, const engine_image_id& id) {
  return !id.empty()
         && std::any_of(s.images.engine.begin(),
           s.images.engine.end(),
           [&id](const engine_image& e) { return e.id == id; });
}

image_row row_for(const target_app& app, const target_service& service) {
  image_row row;
  row.name = service.image_name;
  row.app = app.id;
  row.uuid = app.uuid;
  row.service = service.id;
  row.used_by = service.name;
  row.image = service.image;
  row.release = app.release->id;
  row.commit = app.release->commit;
  return row;
}

/// The engine's image of that name: by name, else by what a row remembers of the same name.
engine_image_id find_image(const situation& s, const std::string& name) {
  const auto ref = image_reference::parse(name);
  if (!ref)
    return {};
  for (const auto& e : s.images.engine) {
    if (has_name(e, *ref))
      return e.id;
  }
  for (const auto& row : s.images.rows) {
    const auto other = image_reference::parse(row.name);
    if (other && same_image(*ref, *other) && in_engine(s, row.engine_id))
      return row.engine_id;
  }
  return {};
}

const fetch_failure* failure_of(const situation& s, const std::string& name) {
  const auto it = std::find_if(s.images.failures.begin(),
    s.images.failures.end(),
    [&name](const fetch_failure& f) { return f.name == name; });
  return it == s.images.failures.end() ? nullptr : &*it;
}

const space_shortage* shortage_of(const situation& s, const std::string& name) {
  const auto it = std::find_if(s.images.shortages.begin(),
    s.images.shortages.end(),
    [&name](const space_shortage& x) { return x.name == name; });
  return it == s.images.shortages.end() ? nullptr : &*it;
}

/// Under these two strategies the new image comes only when the old container has gone.
bool kills_first(update_strategy strategy) {
  return strategy == update_strategy::kill_then_download
         || strategy == update_strategy::delete_then_download;
}

bool is_row_of(const container_identity& who, const image_row& row) {
  return who.app == row.app && who.name == row.used_by && who.image == row.image
         && who.release == row.release && who.commit == row.commit;
}

bool is_row_of(const app_standing& app, const image_row& row) {
  return app.id == row.app || (!app.uuid.empty() && app.uuid == row.uuid);
}

bool has_row(const situation& s, const app_standing& app, const engine_image_id& id) {
  return std::any_of(s.images.rows.begin(), s.images.rows.end(), [&](const image_row& row) {
    return row.engine_id == id && is_row_of(app, row);
  });
}

/// A row is kept while the target names it, while a container runs from its image, and while its
/// service's new image is still to come, since the old one can then be started again; not where the
/// new one has no room, since it would wait for ever for what the old one takes. The rows of an app
/// whose release was rejected stay with the app; those of the supervisor, which the Node supervisor
/// may have left, are the host's.
bool is_needed(const situation& s, const std::vector<app_standing>& apps, const image_row& row) {
  if (is_supervisor(row.uuid, row.used_by))
    return true;
  for (const auto& app : apps) {
    if (is_rejected(app) && is_row_of(app, row))
      return true;
    for (const auto& pair : app.pairs) {
      if (key_of(pair.image.wanted) == key_of(row))
        return true;
      if (app.id == row.app && pair.target->name == row.used_by
          && pair.image.what != image_standing::kind::ready
          && shortage_of(s, pair.target->image_name) == nullptr
          && pair.target->strategy != update_strategy::delete_then_download)
        return true;
    }
  }
  return std::any_of(s.engine.containers.begin(), s.engine.containers.end(), [&](const auto& c) {
    if (c.what.config.image != row.engine_id.value)
      return false;
    // An image shared by two rows is held by the target's row, or a rejected app's, where there is
    // one.
    const auto held = std::any_of(apps.begin(), apps.end(), [&](const app_standing& app) {
      if (is_rejected(app) && has_row(s, app, row.engine_id))
        return true;
      return std::any_of(app.pairs.begin(), app.pairs.end(), [&](const service_pair& pair) {
        return pair.image.what == image_standing::kind::ready && pair.image.id == row.engine_id;
      });
    });
    return !held || (is_row_of(c.who, row));
  });
}

/// It is being fetched, and no target names it any more.
bool is_fetched_in_vain(
  const situation& s, const std::vector<app_standing>& apps, const image_row& row) {
  const auto going = std::any_of(s.images.fetching.begin(),
    s.images.fetching.end(),
    [&row](const auto& fetch) { return fetch.name == row.name; });
  return going && row.engine_id.empty()
         && std::none_of(apps.begin(), apps.end(), [&row](const app_standing& app) {
              return std::any_of(app.pairs.begin(), app.pairs.end(), [&row](const auto& pair) {
                return pair.target->image_name == row.name;
              });
            });
}

/// Waits for a fetch of that image, if there is one.
bool waits_for_fetch(
  const situation& s, const app_standing& app, const std::string& name, plan_builder& out) {
  const auto it = std::find_if(s.images.fetching.begin(),
    s.images.fetching.end(),
    [&name](const fetch_progress& f) { return f.name == name; });
  if (it == s.images.fetching.end())
    return false;
  out.wait({wait_reason::kind::fetching,
    app.id,
    "image:" + name,
    "fetching " + name + ", " + std::to_string(it->percent) + " %"});
  return true;
}

void plan_fetch(const situation& s,
  const std::vector<app_standing>& apps,
  const app_standing& app,
  const service_pair& pair,
  plan_builder& out) {
  const auto& name = pair.target->image_name;
  const auto subject = "image:" + name;
  if (const auto* failed = failure_of(s, name); failed != nullptr && failed->waiting)
    return out.wait({wait_reason::kind::back_off,
      app.id,
      subject,
      "fetch " + name + " failed " + std::to_string(failed->count)
        + " times: " + to_string(failed->last)});
  if (const auto* held = shortage_of(s, name); held != nullptr && held->waiting)
    return out.wait({wait_reason::kind::space, app.id, subject, shortage_text(*held)});
  if (kills_first(pair.target->strategy) && pair.current != nullptr)
    return out.wait({wait_reason::kind::dependency,
      app.id,
      subject,
      "fetch " + name + " when the old container has gone"});
  if (pair.target->strategy == update_strategy::delete_then_download) {
    // An old image that somebody else runs from is not waited for: it may wait for us, or be a
    // stranger's, which shows when its removal fails.
    const auto old = std::any_of(s.images.rows.begin(), s.images.rows.end(), [&](const auto& row) {
      return row.app == app.id && row.used_by == pair.target->name && row.name != name
             && !is_needed(s, apps, row) && !s.failures.contains("image:" + row.name);
    });
    if (old)
      return out.wait({wait_reason::kind::dependency,
        app.id,
        subject,
        "fetch " + name + " when the old image has gone"});
  }
  out.add({app.id, fetch_image{pair.image.wanted}, "the engine does not have it"});
}

} // namespace

image_row key_of(image_row row) {
  row.engine_id = {};
  row.ours = false;
  return row;
}

image_standing standing_of(
  const situation& s, const target_app& app, const target_service& service) {
  image_standing out;
  out.wanted = row_for(app, service);
  out.id = find_image(s, service.image_name);
  if (out.id.empty())
    return out;
  const auto row = std::find_if(s.images.rows.begin(), s.images.rows.end(), [&](const auto& r) {
    return key_of(r) == out.wanted;
  });
  const auto recorded = row != s.images.rows.end() && row->engine_id == out.id;
  out.what = recorded ? image_standing::kind::ready : image_standing::kind::unsaved;
  out.wanted.engine_id = out.id;
  if (const auto it = s.images.facts.find(out.id); it != s.images.facts.end())
    out.facts = &it->second;
  else
    out.what = image_standing::kind::unsaved;
  return out;
}

void plan_fetches(const situation& s,
  const std::vector<app_standing>& apps,
  const app_standing& app,
  plan_builder& out) {
  for (const auto& pair : app.pairs) {
    // The engine shows an image before its fetch has recorded it.
    if (pair.image.what != image_standing::kind::ready
        && waits_for_fetch(s, app, pair.target->image_name, out))
      continue;
    switch (pair.image.what) {
      case image_standing::kind::ready:
        break;
      case image_standing::kind::unsaved:
        out.add({app.id, save_image{pair.image.wanted}, "the engine has it already"});
        break;
      case image_standing::kind::absent:
        plan_fetch(s, apps, app, pair, out);
        break;
    }
  }
}

void plan_removals(const situation& s, const std::vector<app_standing>& apps, plan_builder& out) {
  for (const auto& row : s.images.rows) {
    if (is_needed(s, apps, row))
      continue;
    // What is on its way may share layers with it, or even its name.
    if (s.images.fetching.empty())
      out.add({row.app, remove_image{row}, "no release and no container needs it"});
    else if (is_fetched_in_vain(s, apps, row))
      out.add({row.app, remove_image{row}, "no release needs it any more; its fetch is ended"});
    else
      out.wait({wait_reason::kind::fetching,
        row.app,
        "image:" + row.name,
        row.name + " is removed when nothing is being fetched"});
  }
}

} // namespace copal::planning
