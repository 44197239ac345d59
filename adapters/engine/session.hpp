#pragma once

#include "adapters/engine/calls.hpp"
#include "adapters/engine/engine.hpp"
#include "adapters/http/client.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace copal::engine_wire {

/// The conversation with one engine: calls in an API version that both speak, agreed upon anew
/// whenever it may be another engine. Lives on the asio thread.
class session : public std::enable_shared_from_this<session> {
public:
  session(boost::asio::any_io_executor executor, const engine_config& config);

  /// The body of a good answer, or what is wrong.
  boost::asio::awaitable<result<std::string>> exchange(call what, std::chrono::milliseconds within);

  /// A stream that has begun well.
  boost::asio::awaitable<result<std::shared_ptr<http::line_stream>>> open(
    call what, std::chrono::milliseconds within);

  /// What the engine drops for the version that is spoken with it, and for what it is. Known after
  /// an exchange that went well.
  [[nodiscard]] engine_features lacks() const;

  void close();
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  [[nodiscard]] const boost::asio::any_io_executor& executor() const noexcept { return executor_; }
  [[nodiscard]] const engine_deadlines& deadlines() const noexcept { return deadlines_; }

private:
  /// The API's minor version.
  boost::asio::awaitable<result<std::int64_t>> version();
  boost::asio::awaitable<result<std::int64_t>> negotiate();
  std::optional<error> judged(operation op, const http::answer& x);

  boost::asio::any_io_executor executor_;
  engine_deadlines deadlines_;
  http::client client_;
  std::optional<result<std::int64_t>> agreed_; ///< The last outcome.
  std::uint64_t era_ = 0;                      ///< Of the client, when it was agreed.
  bool forgets_ = false;                       ///< It does not show what it is told.
  bool negotiating_ = false;
  std::vector<boost::asio::steady_timer*> waiting_; ///< For the negotiation in progress.
  bool closed_ = false;
};

} // namespace copal::engine_wire
