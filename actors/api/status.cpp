#include "actors/api/status.hpp"

#include "actors/planning/identity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <set>
#include <tuple>

namespace copal::api {

namespace {

/// Of a service; others only keep a name of an image that services have, too.
bool is_told(const image_row& row) {
  return !row.used_by.empty();
}

/// Where an image is on its way into the engine.
struct image_status {
  std::string text;
  std::optional<int> percent;
};

image_status image_status_of(const progress& now, const image_row& row) {
  for (const auto& s : now.running) {
    if (const auto* gone = std::get_if<remove_image>(&s.action);
        gone != nullptr && gone->row == row)
      return {"Deleting", {}};
  }
  for (const auto& f : now.images.fetching) {
    if (f.name == row.name && row.engine_id.empty())
      return {"Downloading", f.percent};
  }
  if (row.engine_id.empty())
    return {"Downloading", 0};
  return {"Downloaded", {}};
}

value percent_value(const image_status& s) {
  return s.percent ? value{*s.percent} : value{};
}

/// The app that is told of; nothing when there is none in scope.
std::optional<app_id> app_told_of(const progress& now, const scope& of) {
  std::optional<app_id> found;
  const auto look_at = [&](app_id app) {
    if (of.holds(app) && (!found || app < *found))
      found = app;
  };
  for (const auto& c : now.engine.containers)
    look_at(c.who.app);
  if (found)
    return found;
  for (const auto& row : now.images.rows) {
    if (is_told(row))
      look_at(row.app);
  }
  return found;
}

value container_value(const progress& now, const supervised_container& c) {
  return value::map({
    {"status", status_of(now, c)},
    {"serviceName", c.who.name.value},
    {"appId", c.who.app.value},
    {"imageId", c.who.image.value},
    {"serviceId", c.who.service.value},
    {"containerId", c.what.id.value},
    {"createdAt", iso_time(c.what.created)},
  });
}

value image_value(const progress& now, const image_row& row) {
  const auto status = image_status_of(now, row);
  return value::map({
    {"name", row.name},
    {"appId", row.app.value},
    {"serviceName", row.used_by.value},
    {"imageId", row.image.value},
    {"dockerImageId", row.engine_id.value},
    {"status", status.text},
    {"downloadProgress", percent_value(status)},
  });
}

/// The mean over all images that are on their way; null when none is.
value overall_progress(const progress& now, const scope& of) {
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (const auto& row : now.images.rows) {
    const auto status = image_status_of(now, row);
    if (!of.holds(row.app) || !is_told(row) || !status.percent)
      continue;
    sum += *status.percent;
    ++count;
  }
  if (count == 0)
    return {};
  if (sum % count == 0)
    return sum / count;
  return static_cast<double>(sum) / static_cast<double>(count);
}

/// In the order in which a reader looks for them, not in the engine's.
std::vector<const supervised_container*> containers_of(const progress& now, app_id app) {
  std::vector<const supervised_container*> out;
  for (const auto& c : now.engine.containers) {
    if (c.who.app == app)
      out.push_back(&c);
  }
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) {
    return std::tie(a->who.name, a->what.created, a->what.id)
           < std::tie(b->who.name, b->what.created, b->what.id);
  });
  return out;
}

bool has_image(const progress& now, app_id app, const target_service& service) {
  return std::any_of(now.images.rows.begin(), now.images.rows.end(), [&](const image_row& row) {
    return row.app == app && row.used_by == service.name && row.name == service.image_name
           && !row.engine_id.empty();
  });
}

/// All that is to be fetched for the target is there.
bool is_downloaded(const progress& now) {
  return std::all_of(now.target.apps.begin(), now.target.apps.end(), [&](const target_app& app) {
    return !app.release
           || std::all_of(app.release->services.begin(),
             app.release->services.end(),
             [&](const target_service& s) { return has_image(now, app.id, s); });
  });
}

/// The first service of the first app, as v19 reports it for the whole device.
void add_first_service(const progress& now, const target_app& app, value& out) {
  if (!app.release || app.release->services.empty())
    return;
  const auto& service = app.release->services.front();
  image_status status{"Downloading", 0};
  for (const auto& row : now.images.rows) {
    if (row.app == app.id && row.used_by == service.name && row.name == service.image_name)
      status = image_status_of(now, row);
  }
  for (const auto* c : containers_of(now, app.id)) {
    if (c->who.name == service.name)
      status.text = status_of(now, *c);
  }
  out.set("status", status.text == "Running" ? "Idle" : status.text);
  out.set("download_progress", percent_value(status));
}

void add_update(const progress& now, value& out) {
  const auto applying = is_applying(now);
  out.set("update_pending", applying);
  out.set("update_downloaded", applying && now.has_target && is_downloaded(now));
  out.set("update_failed", !now.failures.empty() || !now.images.failures.empty());
  if (now.target.apps.empty())
    return;
  const auto& app = now.target.apps.front();
  if (const auto it = now.commits.find(app.id); it != now.commits.end() && !applying)
    out.set("commit", it->second.value);
  add_first_service(now, app, out);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words)
    out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string padded(unsigned long long number, std::size_t digits) {
  auto out = std::to_string(number);
  return std::string(digits - std::min(digits, out.size()), '0') + out;
}

} // namespace

bool is_applying(const progress& now) {
  const auto ours = [](const wait_reason& w) { return !is_left_to_engine(w.why); };
  return !now.running.empty() || std::any_of(now.waits.begin(), now.waits.end(), ours);
}

namespace {

/// Of two running containers of one service: the older hands over to the newer. Empty: no such two.
std::string handover_status(const progress& now, const supervised_container& c) {
  for (const auto& other : now.engine.containers) {
    if (other.who.app != c.who.app || other.who.name != c.who.name || other.what.id == c.what.id
        || other.what.state != container_state::running
        || (other.who.commit == c.who.commit && !planning::is_retired(other)
            && !planning::is_retired(c)))
      continue;
    return c.what.created < other.what.created ? "Handing over" : "Awaiting handover";
  }
  return {};
}

} // namespace

std::string status_of(const progress& now, const supervised_container& c) {
  for (const auto& s : now.running) {
    if (const auto* a = std::get_if<start_container>(&s.action); a != nullptr && a->id == c.what.id)
      return "Starting";
    if (const auto* a = std::get_if<stop_container>(&s.action); a != nullptr && a->id == c.what.id)
      return "Stopping";
    if (const auto* a = std::get_if<kill_container>(&s.action); a != nullptr && a->id == c.what.id)
      return "Stopping";
    const auto* made = std::get_if<install_service>(&s.action);
    if (made != nullptr && made->who == c.who && c.what.state == container_state::created)
      return "Installing";
  }
  switch (c.what.state) {
    case container_state::running: {
      auto handing = handover_status(now, c);
      return handing.empty() ? "Running" : handing;
    }
    case container_state::created:
      return "Installed";
    case container_state::dead:
      return "Dead";
    default:
      return to_string(c.what.state);
  }
}

std::string iso_time(wall_time t) {
  namespace chrono = std::chrono;
  const auto ms = chrono::floor<chrono::milliseconds>(t);
  const auto day = chrono::floor<chrono::days>(ms);
  const chrono::year_month_day date{day};
  const chrono::hh_mm_ss time{ms - day};
  const auto number = [](auto x) { return static_cast<unsigned long long>(x); };
  return padded(number(static_cast<int>(date.year())), 4) + '-'
         + padded(static_cast<unsigned>(date.month()), 2) + '-'
         + padded(static_cast<unsigned>(date.day()), 2) + 'T'
         + padded(number(time.hours().count()), 2) + ':' + padded(number(time.minutes().count()), 2)
         + ':' + padded(number(time.seconds().count()), 2) + '.'
         + padded(number(time.subseconds().count()), 3) + 'Z';
}

value::map_type state_status(const progress& now, const scope& of) {
  value::list_type containers;
  value::list_type images;
  const auto app = app_told_of(now, of);
  if (app) {
    for (const auto* c : containers_of(now, *app))
      containers.push_back(container_value(now, *c));
    for (const auto& row : now.images.rows) {
      if (row.app == *app && is_told(row))
        images.push_back(image_value(now, row));
    }
  }
  value::map_type out{
    {"appState", is_applying(now) ? "applying" : "applied"},
    {"overallDownloadProgress", overall_progress(now, of)},
    {"containers", std::move(containers)},
    {"images", std::move(images)},
  };
  if (const auto it = app ? now.commits.find(*app) : now.commits.end(); it != now.commits.end())
    out.push_back({"release", it->second.value});
  return out;
}

value device_state(const progress* now, const host::addresses& addresses, const device_words& own) {
  auto out = value::map({
    {"api_port", static_cast<int>(own.api_port)},
    {"supervisor_version", own.supervisor_version},
  });
  const auto add = [&out](const char* name, std::string text) {
    if (!text.empty())
      out.set(name, std::move(text));
  };
  add("os_version", own.os_version);
  add("ip_address", joined(addresses.ip));
  add("mac_address", joined(addresses.mac));
  if (now != nullptr)
    add_update(*now, out);
  return out;
}

} // namespace copal::api
