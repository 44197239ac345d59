#pragma once

#include "adapters/http/address.hpp"
#include "adapters/http/limits.hpp"
#include "messages/result.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

/// An HTTP/1.1 client for one server. Everything here belongs to one thread: the executor's.
namespace copal::http {

struct request {
  std::string method; ///< Upper case.
  std::string target;
  std::string body; ///< JSON; empty for none.
  std::vector<std::pair<std::string, std::string>> headers;
};

struct answer {
  unsigned status = 0;
  std::string body;
};

class client_core;

/// An answer that comes line by line, for as long as it likes. Reads only when asked to: a receiver
/// that does not keep up slows the sender down. Closed when destroyed.
class line_stream {
public:
  class body;
  explicit line_stream(std::unique_ptr<body> x);
  ~line_stream();

  struct lines {
    std::vector<std::string> items;
    bool ended = false; ///< By the server, properly; after `items`.
  };
  /// Waits for the next lines. `timeout` when no byte comes for so long (zero: wait for ever),
  /// `unavailable` when the connection breaks, `exhausted` for a line that is too long, `corrupt`
  /// when it is not HTTP. One call at a time.
  boost::asio::awaitable<result<lines>> read(std::chrono::milliseconds idle);

  /// Ends a read that waits with `unavailable`.
  void close();

private:
  std::unique_ptr<body> body_;
};

/// Either a stream, or an answer that is none: any status but 200.
struct opened {
  std::shared_ptr<line_stream> stream;
  answer refusal;
};

/// Keeps connections alive between calls, and opens one for each call that runs beside others.
/// Nothing is sent twice.
///
/// Errors: `unavailable` (no connection, or it broke: the effect is unknown), `timeout`,
/// `exhausted` (too many calls wait, or the answer is beyond a limit), `corrupt` (not HTTP).
class client {
public:
  client(boost::asio::any_io_executor executor, address server, limits bounds);
  ~client(); ///< Closes.
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// Sends a request and reads the whole answer, within the time for both and for a place.
  boost::asio::awaitable<result<answer>> call(request what, std::chrono::milliseconds within);

  /// Sends a request whose answer is a stream, and reads its header.
  boost::asio::awaitable<result<opened>> open(request what, std::chrono::milliseconds within);

  /// Changes when the server may be another one than before: a connection was closed from there, or
  /// the last one ended. Looks at the idle connections first.
  std::uint64_t era();

  /// Breaks all connections and refuses everything from now on.
  void close();

private:
  std::shared_ptr<client_core> core_;
};

} // namespace copal::http
