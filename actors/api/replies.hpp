#pragma once

#include "messages/api.hpp"

#include <string_view>

/// The kinds of replies. Source: spec/device-api.md §1.2 and §1.3.
namespace copal::api {

/// The standard words of a status, and nothing else; 204 has no body.
reply status_reply(int status);

/// A bare text.
reply text_reply(int status, std::string text);

reply json_reply(int status, value body);

/// `{"status":"success", ...}` of version 2.
reply success_reply(value::map_type fields);

/// `{"status":"failed","message":...}`; an empty message becomes `Unknown error`.
reply failure_reply(int status, std::string message);

/// For a path that nothing stands behind. The path may hold anything.
reply not_found_reply(std::string_view method, std::string_view path);

/// `1`, `true` or `on` in any case, true, or 1.
bool is_truthy(const value* x);

} // namespace copal::api
