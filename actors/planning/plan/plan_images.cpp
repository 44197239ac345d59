// Which images to fetch, to record and to remove. Source: spec/state-engine.md §6.

#include "actors/planning/host_services.hpp"
#include "actors/planning/plan/image_space.hpp"
#include "actors/planning/plan/own_image.hpp"
#include "actors/planning/plan/plan_parts.hpp"

#include <algorithm>
#include <set>

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

/// A row of no service, which only tells whose a name is, is of those that have its image.
bool is_of_supervisor(const situation& s, const image_row& row) {
  if (!row.used_by.empty())
    return is_supervisor(row.uuid, row.used_by);
  return std::any_of(s.images.rows.begin(), s.images.rows.end(), [&row](const image_row& r) {
    return r.engine_id == row.engine_id && is_supervisor(r.uuid, r.used_by);
  });
}

/// A row is kept while the target names it, while a container runs from its image, and while its
/// service's new image is still to come, since the old one can then be started again; not where the
/// new one has no room, since it would wait for ever for what the old one takes. The rows of an app
/// whose release was rejected stay with the app; those of the supervisor, which the Node supervisor
/// may have left, are the host's.
bool is_used(const situation& s, const std::vector<app_standing>& apps, const image_row& row) {
  if (is_of_supervisor(s, row))
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
    // one; but for the row of the container's own release, unless the target only names the image
    // of that otherwise.
    auto held = false;
    auto renamed = false;
    for (const auto& app : apps) {
      held = held || (is_rejected(app) && has_row(s, app, row.engine_id));
      for (const auto& pair : app.pairs) {
        const auto same =
          pair.image.what == image_standing::kind::ready && pair.image.id == row.engine_id;
        held = held || same;
        renamed = renamed || (same && is_row_of(c.who, pair.image.wanted));
      }
    }
    return !held || (is_row_of(c.who, row) && !renamed);
  });
}

/// The names by which an image is used, or will be once it is recorded.
std::vector<std::string> holders_of(
  const situation& s, const std::vector<app_standing>& apps, const engine_image_id& id) {
  std::vector<std::string> out;
  for (const auto& app : apps) {
    for (const auto& pair : app.pairs) {
      if (pair.image.id == id)
        out.push_back(pair.target->image_name);
    }
  }
  for (const auto& row : s.images.rows) {
    if (row.engine_id == id && is_used(s, apps, row))
      out.push_back(row.name);
  }
  return out;
}

using names = std::set<std::string>;

/// Of rows whose removal this plan begins, or an earlier one has begun.
bool is_going(const situation& s, const names& going, const std::string& name) {
  return going.contains(name) || s.busy.contains("image:" + name);
}

/// The removal of the row's name would take the image from those who have it by these names: it has
/// none of theirs as the engine lists it, or one of them would not find it any more. What else is
/// going is not counted upon. (docs/decisions/0114)
bool keeps_image(const situation& s,
  const image_row& row,
  const std::vector<std::string>& holders,
  const names& going) {
  const auto found = std::find_if(s.images.engine.begin(),
    s.images.engine.end(),
    [&row](const engine_image& e) { return e.id == row.engine_id; });
  if (!row.ours || found == s.images.engine.end() || holders.empty())
    return false;
  const auto is_holder = [&holders](const std::string& name) {
    return std::find(holders.begin(), holders.end(), name) != holders.end();
  };
  auto image = *found;
  for (const auto& r : s.images.rows) {
    if (r.engine_id == row.engine_id && r.name != row.name && is_going(s, going, r.name))
      image = without_name(std::move(image), r.name);
  }
  const auto own = own_name(image, row.name);
  const auto is_same = [&image, &own](
                         const std::string& holder) { return own_name(image, holder) == own; };
  return !own.empty() && !is_holder(row.name)
         && std::none_of(holders.begin(), holders.end(), is_same)
         && !can_lose(image, row.name, holders);
}

/// Nobody uses the row, and its name keeps an image that others use. It stays for as long as they
/// do, so that it is known whose name it is; of several with that name, the first.
bool lends_its_name(const situation& s,
  const std::vector<app_standing>& apps,
  const image_row& row,
  const names& going) {
  const auto first =
    std::find_if(s.images.rows.begin(), s.images.rows.end(), [&row](const image_row& r) {
      return r.ours && r.name == row.name && r.engine_id == row.engine_id;
    });
  return first != s.images.rows.end() && *first == row
         && keeps_image(s, row, holders_of(s, apps, row.engine_id), going);
}

/// Its name keeps an image of which other rows are up for removal, too, and these go first. A row
/// of the same name leaves it to the other one.
bool goes_last(const situation& s, const image_row& row, const names& going) {
  std::vector<std::string> others;
  for (const auto& r : s.images.rows) {
    if (r.engine_id == row.engine_id && r != row)
      others.push_back(r.name);
  }
  return keeps_image(s, row, others, going);
}

bool is_needed(const situation& s,
  const std::vector<app_standing>& apps,
  const image_row& row,
  const names& going = {}) {
  return is_used(s, apps, row) || lends_its_name(s, apps, row, going);
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
  names going;
  for (const auto& row : s.images.rows) {
    if (is_needed(s, apps, row, going))
      continue;
    if (goes_last(s, row, going)) {
      out.wait({wait_reason::kind::in_progress,
        row.app,
        "image:" + row.name,
        row.name + " is removed when the other names of its image have gone"});
      continue;
    }
    going.insert(row.name);
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
