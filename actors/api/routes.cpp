// Who may ask what, and who answers. Source: spec/device-api.md §3.

#include "actors/api/input.hpp"
#include "actors/api/parts.hpp"
#include "actors/api/replies.hpp"

#include <algorithm>

namespace copal::api_parts {

namespace {

outcome serve_ping(self_ptr self, const api::request&, const api::scope&) {
  return kept(self, api::text_reply(200, "OK"));
}

outcome serve_healthy(self_ptr self, const api::request&, const api::scope&) {
  const auto& children = self->state.children;
  // At the start nothing is known yet; that is no illness.
  if (!children || children->healthy)
    return kept(self, api::status_reply(200));
  return kept(self, api::text_reply(500, "Unhealthy"));
}

outcome serve_status(self_ptr self, const api::request&, const api::scope& of) {
  const auto& where = self->state.where;
  if (!where)
    return kept(self, api::failure_reply(503, "The state of the device is not known yet"));
  return kept(self, api::success_reply(api::state_status(*where, of)));
}

outcome serve_version(self_ptr self, const api::request&, const api::scope&) {
  const auto& version = self->state.config.words.supervisor_version;
  return kept(self, api::success_reply({{"version", version}}));
}

constexpr route table[] = {
  // method path                who                serve
  {"GET", "/ping", access::everyone, serve_ping},
  {"GET", "/v1/healthy", access::everyone, serve_healthy},
  {"GET", "/v1/apps/:appid", access::any_key, serve_app},
  {"POST", "/v1/apps/:appid/start", access::any_key, serve_start},
  {"POST", "/v1/apps/:appid/stop", access::any_key, serve_stop},
  {"GET", "/v1/device", access::any_key, serve_device},
  {"POST", "/v1/purge", access::any_key, serve_purge},
  {"POST", "/v1/restart", access::any_key, serve_restart},
  {"POST", "/v1/update", access::any_key, serve_update},
  {"POST", "/v2/applications/:appid/purge", access::any_key, serve_purge_app},
  {"POST", "/v2/applications/:appid/restart", access::any_key, serve_restart_app},
  {"POST", "/v2/applications/:appid/restart-service", access::any_key, serve_restart_service},
  {"POST", "/v2/applications/:appid/start-service", access::any_key, serve_start_service},
  {"POST", "/v2/applications/:appid/stop-service", access::any_key, serve_stop_service},
  {"GET", "/v2/explain", access::any_key, serve_explain},
  {"GET", "/v2/state/status", access::any_key, serve_status},
  {"GET", "/v2/version", access::any_key, serve_version},
};

bool is_part(std::string_view pattern, std::string_view part) {
  if (pattern.starts_with(':'))
    return !part.empty();
  const auto is_same = [](char wanted, char c) {
    return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  };
  return pattern.size() == part.size()
         && std::equal(pattern.begin(), pattern.end(), part.begin(), is_same);
}

bool is_path(std::string_view pattern, std::string_view path) {
  if (path.size() > 1 && path.ends_with('/'))
    path.remove_suffix(1);
  const auto parts = std::count(path.begin(), path.end(), '/');
  if (parts != std::count(pattern.begin(), pattern.end(), '/'))
    return false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(parts); ++i) {
    if (!is_part(api::part_of(pattern, i), api::part_of(path, i)))
      return false;
  }
  return true;
}

api::reply go_on() {
  api::reply out;
  out.status = 100;
  return out;
}

} // namespace

api::reply kept(self_ptr self, api::reply what) {
  auto& st = self->state;
  st.given_out = true;
  what.same_until_changed = st.now;
  return what;
}

const route* find_route(std::string_view method, std::string_view path) {
  const auto asked = method == "HEAD" ? std::string_view{"GET"} : method;
  for (const auto& row : table) {
    if (row.method == asked && is_path(row.path, path))
      return &row;
  }
  return nullptr;
}

outcome serve(self_ptr self, const api::request& what) {
  const auto& st = self->state;
  const auto* row = find_route(what.method, what.path);
  if (row != nullptr && row->who == access::everyone)
    return what.body_waits ? outcome{go_on()} : row->serve(self, what, {});
  if (st.ring.global.empty())
    return api::text_reply(503, "Unexpected error: the API keys are not known yet");
  const auto of = api::scope_of(st.ring, what.key);
  if (!of)
    return api::status_reply(401);
  if (what.body_waits)
    return go_on();
  if (!what.body_problem.empty())
    return api::failure_reply(503, what.body_problem);
  if (row == nullptr)
    return api::not_found_reply(what.method, what.path);
  return row->serve(self, what, *of);
}

} // namespace copal::api_parts
