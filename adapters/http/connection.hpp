#pragma once

#include "adapters/http/address.hpp"
#include "adapters/http/limits.hpp"
#include "messages/result.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>

/// What the client keeps: connections, and places for calls. Only the client's sources include
/// this.
namespace copal::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using clock = std::chrono::steady_clock;

/// `co_await op(..., awaiting(ec))`: an error is a value, not an exception.
inline auto awaiting(boost::system::error_code& ec) {
  return asio::redirect_error(asio::use_awaitable, ec);
}

/// What a transport error means to a caller.
error to_error(const boost::system::error_code& ec, const address& server);

class client_core;

/// One connection; a unix or a TCP socket. Known to its core while it lives.
class connection {
public:
  using socket_type = beast::basic_stream<asio::generic::stream_protocol>;

  connection(std::shared_ptr<client_core> core, asio::any_io_executor executor);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  [[nodiscard]] socket_type& socket() noexcept { return socket_; }
  [[nodiscard]] beast::flat_buffer& buffer() noexcept { return buffer_; }

  /// Whether the other side still holds it open and has said nothing unasked.
  [[nodiscard]] bool quiet();
  void close();

  clock::time_point kept_until; ///< While it is idle.

private:
  std::shared_ptr<client_core> core_;
  socket_type socket_;
  beast::flat_buffer buffer_;
};

/// Leave to run a call or a stream; given back when destroyed.
template <auto GiveBack>
class place {
public:
  explicit place(std::shared_ptr<client_core> core) : core_(std::move(core)) {}
  place(place&&) noexcept = default;
  place& operator=(place&&) = delete;
  ~place() {
    if (core_)
      (core_.get()->*GiveBack)();
  }

private:
  std::shared_ptr<client_core> core_;
};

class client_core : public std::enable_shared_from_this<client_core> {
public:
  client_core(asio::any_io_executor executor, address server, limits bounds);

  void give_back_call();
  void give_back_stream();
  using call_place = place<&client_core::give_back_call>;
  using stream_place = place<&client_core::give_back_stream>;

  /// Waits for leave to run a call.
  asio::awaitable<result<call_place>> admit(clock::time_point deadline);
  result<stream_place> admit_stream();

  /// An idle connection that is still good, or a new one.
  asio::awaitable<result<std::unique_ptr<connection>>> connect(clock::time_point deadline);
  /// Keeps a connection for later calls.
  void keep(std::unique_ptr<connection> x);

  /// A connection broke: the server may be another one from now on.
  void broke() { ++era_; }
  std::uint64_t era();
  void close();

  [[nodiscard]] const limits& bounds() const noexcept { return bounds_; }
  [[nodiscard]] const address& server() const noexcept { return server_; }
  [[nodiscard]] std::string host() const;

private:
  friend class connection;

  void drop_dead();
  void drop_old();
  asio::awaitable<boost::system::error_code> connect_to(connection& x, clock::time_point deadline);

  asio::any_io_executor executor_;
  address server_;
  limits bounds_;
  std::set<connection*> alive_;
  std::deque<std::unique_ptr<connection>> idle_; ///< The longest idle first.
  asio::steady_timer idle_timer_;
  std::deque<asio::steady_timer*> waiting_; ///< Cancelled when their turn has come.
  std::size_t calls_ = 0;
  std::size_t streams_ = 0;
  std::uint64_t era_ = 1;
  bool closed_ = false;
};

using call_place = client_core::call_place;
using stream_place = client_core::stream_place;

} // namespace copal::http
