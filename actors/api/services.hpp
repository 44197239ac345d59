#pragma once

#include "actors/api/access.hpp"
#include "messages/api.hpp"
#include "messages/result.hpp"
#include "messages/update.hpp"

#include <optional>
#include <string>
#include <variant>

/// Which service a caller means, and what is told of an app. Pure.
/// Source: spec/device-api.md §4 and §5.
namespace copal::api {

/// How a caller names a service of an app.
struct service_wanted {
  app_id app;
  std::optional<std::int64_t> image;
  std::string name;
};

/// The service, or the reply that says why there is none. Whatever is named, the only service of an
/// app is meant.
std::variant<service_name, reply> choose_service(const progress& now, const service_wanted& wanted);

/// The only service of an app for version 1, or the reply.
std::variant<service_name, reply> only_service(const progress& now, app_id app);

/// The reply of `GET /v1/apps/:appId`.
reply app_reply(const progress& now, app_id app);

} // namespace copal::api
