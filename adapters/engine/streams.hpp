#pragma once

#include "adapters/engine/calls.hpp"
#include "adapters/engine/session.hpp"
#include "messages/protocol/engine.hpp"
#include "messages/protocol/supervision.hpp"

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

/// The engine's two streams: events, and the progress of a pull.
namespace copal::engine_wire {

/// A watch of the events, from the question to its end.
struct watch {
  std::uint64_t id = 0;
  std::shared_ptr<http::line_stream> stream; ///< Null until it is open.
  bool replaced = false;

  /// Ends it, since another one begins.
  void replace();
};

/// A pull, from the question to its end.
struct running_pull {
  std::string name;                          ///< Of the image, as it was asked for.
  std::shared_ptr<http::line_stream> stream; ///< Null until it is open.
  bool ended = false;

  /// Lets go of the connection, which is what makes the engine give up.
  void end();
};

using edge = supervised_engine_actor::base;

/// Opens the stream, answers, and hands events on until it ends; then says why. The next batch is
/// read when the last one was taken.
boost::asio::awaitable<void> run_watch(edge* self,
  std::shared_ptr<session> with,
  std::shared_ptr<watch> me,
  event_sink_actor sink,
  caf::typed_response_promise<engine::watching> reply);

/// Pulls, tells how far it is, and answers.
boost::asio::awaitable<void> run_pull(std::shared_ptr<session> with,
  std::shared_ptr<running_pull> me,
  call what,
  std::string name,
  pull_sink_actor sink,
  caf::typed_response_promise<engine::done> reply);

} // namespace copal::engine_wire
