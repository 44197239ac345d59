// What callers ask of apps and services: stop, start, restart, purge.
// Source: spec/device-api.md §4 and §5.

#include "actors/api/input.hpp"
#include "actors/api/parts.hpp"
#include "actors/api/replies.hpp"
#include "actors/api/services.hpp"

#include <utility>

namespace copal::api_parts {

namespace {

using requests::verb;

/// How an endpoint tells that it is done.
using good_reply = api::reply (*)(const requests::performed&);

api::reply ok_text(const requests::performed&) {
  return api::text_reply(200, "OK");
}

api::reply ok_data(const requests::performed&) {
  return api::json_reply(200, value::map({{"Data", "OK"}, {"Error", ""}}));
}

api::reply container_told(const requests::performed& done) {
  return api::json_reply(200, value::map({{"containerId", done.container.value}}));
}

api::reply unauthorized() {
  return api::failure_reply(401, "Unauthorized");
}

api::reply reply_of(const error& why) {
  return api::failure_reply(why.code == errc::conflict ? 423 : 503, why.what);
}

outcome perform(self_ptr self, requests::perform what, good_reply good) {
  auto begun = begin_work(self);
  if (!begun)
    return api::failure_reply(503, "too many requests at once");
  // lint: infinite because the conductor has its deadline, and its relay answers when it is down
  self->request(self->state.links.conductor, caf::infinite, std::move(what))
    .then([self, ticket = begun->ticket, good](
            const requests::performed& done) { end_work(self, ticket, good(done)); },
      [self, ticket = begun->ticket](
        const caf::error& why) { end_work(self, ticket, reply_of(from_caf(why))); });
  return begun->answer;
}

/// The app that the path names; nothing when it is no number, or 0.
std::optional<app_id> app_in_path(const api::request& what) {
  const auto found = api::integer_of(api::part_of(what.path, 2));
  return found && *found != 0 ? std::optional{app_id{*found}} : std::nullopt;
}

std::optional<app_id> app_in_body(const api::request& what) {
  const auto found = api::integer_of(what.body.find("appId"));
  return found && *found != 0 ? std::optional{app_id{*found}} : std::nullopt;
}

bool is_forced(const api::request& what) {
  return api::is_truthy(what.body.find("force"));
}

api::reply not_known_yet() {
  return api::failure_reply(503, "The state of the device is not known yet");
}

outcome on_service(self_ptr self, const api::request& what, const api::scope& of, verb action) {
  const auto app = app_in_path(what);
  if (!app)
    return api::failure_reply(400, "Invalid app id");
  if (!of.holds(*app))
    return unauthorized();
  if (!self->state.where)
    return not_known_yet();
  auto chosen = api::choose_service(*self->state.where,
    {*app,
      api::integer_of(what.body.find("imageId")),
      api::word_of(what.body.find("serviceName"))});
  if (auto* refused = std::get_if<api::reply>(&chosen))
    return std::move(*refused);
  return perform(
    self, {action, *app, std::get<service_name>(std::move(chosen)), is_forced(what)}, ok_text);
}

outcome on_only_service(
  self_ptr self, const api::request& what, const api::scope& of, verb action) {
  const auto app = app_in_path(what);
  if (!app)
    return api::text_reply(400, "Invalid app id");
  if (!of.holds(*app))
    return api::text_reply(401, "Unauthorized");
  if (!self->state.where)
    return not_known_yet();
  auto chosen = api::only_service(*self->state.where, *app);
  if (auto* refused = std::get_if<api::reply>(&chosen))
    return std::move(*refused);
  return perform(self,
    {action, *app, std::get<service_name>(std::move(chosen)), is_forced(what)},
    container_told);
}

/// `missing` answers where no app is named.
outcome on_app(self_ptr self,
  const api::request& what,
  const api::scope& of,
  std::optional<app_id> app,
  const api::reply& missing,
  verb action,
  good_reply good) {
  if (!app)
    return missing;
  if (!of.holds(*app))
    return unauthorized();
  return perform(self, {action, *app, {}, is_forced(what)}, good);
}

} // namespace

outcome serve_restart_service(self_ptr self, const api::request& what, const api::scope& of) {
  return on_service(self, what, of, verb::restart_service);
}

outcome serve_stop_service(self_ptr self, const api::request& what, const api::scope& of) {
  return on_service(self, what, of, verb::stop_service);
}

outcome serve_start_service(self_ptr self, const api::request& what, const api::scope& of) {
  return on_service(self, what, of, verb::start_service);
}

outcome serve_stop(self_ptr self, const api::request& what, const api::scope& of) {
  return on_only_service(self, what, of, verb::stop_service);
}

outcome serve_start(self_ptr self, const api::request& what, const api::scope& of) {
  return on_only_service(self, what, of, verb::start_service);
}

outcome serve_restart(self_ptr self, const api::request& what, const api::scope& of) {
  const auto missing = api::text_reply(400, "Missing app id");
  return on_app(self, what, of, app_in_body(what), missing, verb::restart_app, ok_text);
}

outcome serve_purge(self_ptr self, const api::request& what, const api::scope& of) {
  const auto missing = api::text_reply(400, "Invalid or missing appId");
  return on_app(self, what, of, app_in_body(what), missing, verb::purge_app, ok_data);
}

outcome serve_restart_app(self_ptr self, const api::request& what, const api::scope& of) {
  const auto missing = api::failure_reply(400, "Missing app id");
  return on_app(self, what, of, app_in_path(what), missing, verb::restart_app, ok_text);
}

outcome serve_purge_app(self_ptr self, const api::request& what, const api::scope& of) {
  const auto missing = api::failure_reply(400, "Missing app id");
  return on_app(self, what, of, app_in_path(what), missing, verb::purge_app, ok_text);
}

outcome serve_app(self_ptr self, const api::request& what, const api::scope& of) {
  const auto app = app_in_path(what);
  if (!app)
    return api::text_reply(400, "Missing app id");
  if (!of.holds(*app))
    return api::failure_reply(401, "Application is not available");
  if (!self->state.where)
    return not_known_yet();
  return api::app_reply(*self->state.where, *app);
}

} // namespace copal::api_parts
