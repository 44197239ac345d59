#pragma once

#include "messages/model/secret.hpp"
#include "messages/model/value.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The local API: what callers ask over HTTP, and what they are told.
/// Source: spec/device-api.md.
namespace copal::api {

struct field {
  std::string name;
  std::string text;

  bool operator==(const field&) const = default;
};

/// What a caller asks, once the edge has understood its bytes.
struct request {
  std::string method;          ///< In capitals, `HEAD` too.
  std::string path;            ///< As it came, without the query.
  std::vector<field> query;    ///< Decoded, in order, without `apikey`.
  secret key;                  ///< The one that counts; empty when none was passed.
  value body = value::map({}); ///< A map or a list; an empty map when there is none.
  std::string body_problem;    ///< Why the body could not be read; else empty.
  /// The body has not been read. The answer 100 asks for it; any other one is final.
  bool body_waits = false;
  std::string peer; ///< The caller's address, for people.
  /// Not 0: nothing new; the caller of the request that was answered 102 still waits.
  std::uint64_t ticket = 0;
};

/// What all known to `api` was at a time. Higher is newer.
struct edition {
  std::uint64_t incarnation = 0;
  std::uint64_t revision = 0;

  auto operator<=>(const edition&) const = default;
};

enum class body_form : std::uint8_t {
  none,
  plain, ///< A status in words: text/plain.
  html,  ///< A bare text all the same: text/html.
  json,
};
std::string to_string(body_form x);

struct reply {
  int status = 200;
  body_form form = body_form::none;
  std::variant<std::string, value> body; ///< A value only as JSON.
  std::vector<field> headers;            ///< Beside those of the body.
  /// The same question with the same key has the same answer until `changed` tells of a newer
  /// edition. Absent: it must be asked each time.
  std::optional<edition> same_until_changed;
  /// With the status 102, which no caller sees: the work goes on, and is to be asked for with this.
  std::uint64_t ticket = 0;

  bool operator==(const reply&) const = default;
};

/// To those who keep replies: all of an older edition are void.
struct changed {
  edition now;
};

/// Asks the edge where it listens.
struct get_listening {};
struct listening {
  std::vector<std::string> addresses; ///< `127.0.0.1:48484`, `[::1]:48484`; the ports as chosen.
};

template <class I>
typename I::result_type inspect(I& f, field& x) {
  return f(x.name, x.text);
}

template <class I>
typename I::result_type inspect(I& f, request& x) {
  return f(
    x.method, x.path, x.query, x.key, x.body, x.body_problem, x.body_waits, x.peer, x.ticket);
}

template <class I>
typename I::result_type inspect(I& f, edition& x) {
  return f(x.incarnation, x.revision);
}

template <class I>
typename I::result_type inspect(I& f, reply& x) {
  return f(x.status, x.form, x.body, x.headers, x.same_until_changed, x.ticket);
}

template <class I>
typename I::result_type inspect(I& f, changed& x) {
  return f(x.now);
}

template <class I>
typename I::result_type inspect(I& f, get_listening&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, listening& x) {
  return f(x.addresses);
}

} // namespace copal::api
