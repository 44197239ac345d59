#pragma once

#include "actors/api/api.hpp"

#include <string_view>

// The parts of one actor; nobody else includes this.
namespace copal::api_parts {

using self_ptr = api_child::stateful_pointer<api_state>;

/// A reply now, or the promise of one.
using outcome = caf::result<api::reply>;

/// Who is let in.
enum class access : std::uint8_t {
  everyone,
  any_key, ///< Whatever its scope.
};

/// One row of the API. The handler gets the scope of the caller's key; everything where none is
/// asked for.
struct route {
  std::string_view method; ///< A `GET` answers `HEAD` too.
  std::string_view path;   ///< In lower case.
  access who;
  outcome (*serve)(self_ptr, const api::request&, const api::scope&);
};

/// Null when nothing stands behind the path: case does not count, nor does one slash at its end.
const route* find_route(std::string_view method, std::string_view path);

/// Lets the caller in or not, and serves.
outcome serve(self_ptr self, const api::request& what);

// device.cpp

/// Asks for the addresses, the present ones, and answers with them; with the last ones known when
/// they do not come at once.
outcome serve_device(self_ptr self, const api::request& what, const api::scope& of);
void look_for_addresses(self_ptr self);

// update.cpp

outcome serve_update(self_ptr self, const api::request& what, const api::scope& of);

} // namespace copal::api_parts
