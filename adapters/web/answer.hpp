#pragma once

#include "messages/api.hpp"

#include <memory>
#include <string>
#include <string_view>

/// What callers of the local API are sent, written. Pure.
namespace copal::web {

/// A reply as bytes, but for what depends on the connection.
struct answer {
  int status = 200;
  std::string head; ///< Status line and headers; neither `Connection` nor the empty line.
  std::string body;
  std::string etag; ///< Empty without a body.
};

/// Writes a reply. One that cannot be written becomes the 503 that says so.
answer write_reply(const api::reply& what);

/// The same bytes are with the caller already: 304 instead of a body. Source: RFC 9110, 13.1.2.
answer not_modified(const answer& of);

/// What the caller says about the copy it has.
struct freshness {
  std::string_view if_none_match;
  std::string_view cache_control;
};
bool is_fresh(const freshness& said, std::string_view etag);

/// An answer of the edge itself, to what never becomes a question: `400 Bad Request`, nothing else.
answer refusal(int status);

/// `{"status":"failed","message":...}` with 503, for what went wrong on the way to an answer.
answer failure(std::string message);

} // namespace copal::web
