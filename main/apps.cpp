#include "main/apps.hpp"

#include "adapters/json/json.hpp"
#include "main/supervisor_call.hpp"

#include <iostream>
#include <utility>

namespace copal {

namespace {

/// A little more than the supervisor takes at most.
constexpr std::chrono::minutes longest_work{12};
constexpr unsigned locked = 423;
constexpr int is_locked = 3;

int refuse(const std::string& why) {
  std::cerr << "copal: " << why << '\n';
  return 1;
}

/// The text of an answer that says why not: `message` of JSON, or the text itself.
std::string reason_in(const std::string& body) {
  const auto read = json::parse(body);
  const auto* message = read ? read->find("message") : nullptr;
  const auto* text = message == nullptr ? nullptr : message->as_text();
  return text == nullptr ? body.substr(0, 400) : *text;
}

/// The app that `GET /v2/state/status` tells of: the first one of the device.
result<std::int64_t> first_app(const apps_options& options) {
  const auto told = ask_supervisor({options.state_dir, "GET", "/v2/state/status", {}});
  if (!told)
    return fail(told.error());
  const auto read = json::parse(told->body);
  for (const auto* part : {"containers", "images"}) {
    const auto* all = read ? read->find(part) : nullptr;
    const auto* list = all == nullptr ? nullptr : all->as_list();
    const auto* app = list == nullptr || list->empty() ? nullptr : list->front().find("appId");
    if (app != nullptr && app->as_integer() != nullptr)
      return *app->as_integer();
  }
  return fail(errc::not_found, "the device has no app now");
}

std::string path_of(const apps_options& options, std::int64_t app) {
  const auto action = options.service.empty() ? options.action : options.action + "-service";
  return "/v2/applications/" + std::to_string(app) + '/' + action;
}

} // namespace

int apps(const apps_options& options) {
  auto app = options.app ? result<std::int64_t>{*options.app} : first_app(options);
  if (!app)
    return refuse(app.error().what);
  auto body = value::map({{"force", options.force}});
  if (!options.service.empty())
    body.set("serviceName", options.service);
  const auto text = json::write(body);
  if (!text)
    return refuse(text.error().what);
  const auto told =
    ask_supervisor({options.state_dir, "POST", path_of(options, *app), *text, longest_work});
  if (!told)
    return refuse(told.error().what);
  if (told->status == 200)
    return 0;
  const auto code = refuse(reason_in(told->body));
  return told->status == locked ? is_locked : code;
}

} // namespace copal
