#pragma once

#include "actors/api/api.hpp"

#include <optional>
#include <string>
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
  std::string_view path;   ///< In lower case; a part that begins with a colon stands for any.
  access who;
  outcome (*serve)(self_ptr, const api::request&, const api::scope&);
};

/// Null when nothing stands behind the path: case does not count, nor does one slash at its end.
const route* find_route(std::string_view method, std::string_view path);

/// Lets the caller in or not, and serves.
outcome serve(self_ptr self, const api::request& what);

/// The reply holds until something that is known changes.
api::reply kept(self_ptr self, api::reply what);

// device.cpp

/// Asks for the addresses, the present ones, and answers with them; with the last ones known when
/// they do not come at once.
outcome serve_device(self_ptr self, const api::request& what, const api::scope& of);
void look_for_addresses(self_ptr self);

// actions.cpp

outcome serve_restart_service(self_ptr self, const api::request& what, const api::scope& of);
outcome serve_stop_service(self_ptr self, const api::request& what, const api::scope& of);
outcome serve_start_service(self_ptr self, const api::request& what, const api::scope& of);
outcome serve_stop(self_ptr self, const api::request& what, const api::scope& of);
outcome serve_start(self_ptr self, const api::request& what, const api::scope& of);
outcome serve_restart(self_ptr self, const api::request& what, const api::scope& of);
outcome serve_purge(self_ptr self, const api::request& what, const api::scope& of);
outcome serve_restart_app(self_ptr self, const api::request& what, const api::scope& of);
outcome serve_purge_app(self_ptr self, const api::request& what, const api::scope& of);
outcome serve_app(self_ptr self, const api::request& what, const api::scope& of);

// work.cpp

inline constexpr const char* work_timer = "work "; ///< And its ticket.

struct begun_work {
  std::uint64_t ticket = 0;
  caf::typed_response_promise<api::reply> answer; ///< Of the present request.
};

/// Answers the present request when the work ends; nothing when there is too much of it. When it
/// takes long, the answer is 102 with the ticket, and the edge asks with that.
std::optional<begun_work> begin_work(self_ptr self);
void end_work(self_ptr self, std::uint64_t ticket, api::reply how);
outcome wait_on(self_ptr self, std::uint64_t ticket);
void work_timer_fired(self_ptr self, const std::string& timer);

// explain.cpp

/// Tells why the device is not at its target; the source of the target, and the host for the locks
/// of users, are asked at that moment, and not for long.
outcome serve_explain(self_ptr self, const api::request& what, const api::scope& of);

// update.cpp

outcome serve_update(self_ptr self, const api::request& what, const api::scope& of);

} // namespace copal::api_parts
