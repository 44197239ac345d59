#pragma once

#include "adapters/web/kept.hpp"
#include "adapters/web/limits.hpp"
#include "adapters/web/web.hpp"
#include "messages/result.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>

/// The server without its actor. Everything on the asio thread. Only the edge's sources include
/// this.
namespace copal::web {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using clock = std::chrono::steady_clock;

/// `co_await op(..., awaiting(ec))`: an error is a value, not an exception.
inline auto awaiting(boost::system::error_code& ec) {
  return asio::redirect_error(asio::use_awaitable, ec);
}

/// Asks whoever knows. An error: nobody answered.
using question = std::function<asio::awaitable<result<api::reply>>(api::request)>;

class server;

/// One caller's connection. Known to its server while it lives.
class connection {
public:
  connection(std::shared_ptr<server> of, tcp::socket socket, std::string peer);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  [[nodiscard]] tcp::socket& socket() noexcept { return socket_; }
  [[nodiscard]] beast::flat_buffer& buffer() noexcept { return buffer_; }
  [[nodiscard]] const std::string& peer() const noexcept { return peer_; }
  [[nodiscard]] server& of() noexcept { return *of_; }

  /// What is awaited on the socket is cancelled after that time, once.
  void allow(std::chrono::milliseconds within);
  /// The time given was not enough. Asking forgets it.
  bool was_late() { return std::exchange(late_, false); }

  /// The time of its last answer, while it waits for the next request.
  void set_idle(bool idle);

  void close();

private:
  friend class server;

  std::shared_ptr<server> of_;
  tcp::socket socket_;
  beast::flat_buffer buffer_;
  std::string peer_;
  clock::time_point deadline_;
  bool late_ = false;
  bool idle_ = false;
  bool closed_ = false;
  clock::time_point idle_since_;
};

/// A part of what all bodies together may take; given back when destroyed.
class body_share {
public:
  explicit body_share(server& of) : of_(of) {}
  ~body_share();
  body_share(const body_share&) = delete;
  body_share& operator=(const body_share&) = delete;

  /// Takes so much in all. False when it is not there.
  bool grow_to(std::size_t bytes);

private:
  server& of_;
  std::size_t taken_ = 0;
};

class server : public std::enable_shared_from_this<server> {
public:
  server(asio::any_io_executor executor, web_config config, question ask);

  /// Opens all sockets, or none.
  result<void> listen();
  [[nodiscard]] std::vector<std::string> addresses() const;
  void close();

  [[nodiscard]] bool closed() const noexcept { return closed_; }
  [[nodiscard]] const limits& bounds() const noexcept { return config_.limits; }
  [[nodiscard]] kept_answers& kept() noexcept { return kept_; }
  asio::awaitable<result<api::reply>> ask(api::request what) { return ask_(std::move(what)); }

private:
  friend class connection;
  friend class body_share;

  asio::awaitable<void> accept_all(std::size_t which);
  void admit(tcp::socket socket);
  bool make_place();
  void watch(clock::time_point deadline);
  void sweep();

  asio::any_io_executor executor_;
  web_config config_;
  question ask_;
  kept_answers kept_;
  std::vector<std::shared_ptr<tcp::acceptor>> acceptors_;
  std::set<connection*> open_; ///< Those that are not closed.
  asio::steady_timer timer_;
  clock::time_point next_sweep_ = clock::time_point::max();
  std::size_t in_bodies_ = 0;
  bool closed_ = false;
};

/// Serves one connection to its end.
asio::awaitable<void> serve(std::unique_ptr<connection> on);

} // namespace copal::web
