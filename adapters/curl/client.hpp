#pragma once

#include "messages/model/secret.hpp"
#include "messages/result.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

/// HTTP and HTTPS to servers of others: TLS, redirects, proxies. Shared by the adapters that talk
/// to them. Lives on the asio thread.
namespace copal::curl {

/// Nothing a server sends or fails to send makes a client grow or wait beyond these.
struct limits {
  std::size_t calls = 32;      ///< Begun and not answered; beyond it a call is refused.
  std::size_t connections = 4; ///< Open at a time; further calls wait for one.
  std::size_t redirects = 5;
  std::size_t body_bytes = 4UL * 1024 * 1024;
  std::size_t header_bytes = 64UL * 1024;
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds silence{20'000}; ///< With next to nothing coming.
  std::chrono::milliseconds total{60'000};   ///< From the question to the last byte.
};

/// One GET.
struct question {
  std::string url;
  std::vector<std::string> headers; ///< Whole lines without secrets: `Accept: text/plain`.
  secret token;                     ///< For `Authorization: Bearer`; empty for none.
  std::string user;                 ///< For basic authorization; empty for none.
  secret password;
  bool verify = true; ///< That the other side is who it says; false only for what is held insecure.
  /// http:// may be followed, in the url and in redirects; no proxy is used.
  bool may_be_plain = false;
};

struct answer {
  int status = 0;
  /// Of the last answer, after redirects: names in lower case.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// The value of the first of that name; empty when there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// Whether the same may be asked over plain http: the other side does not speak TLS.
inline constexpr const char* no_tls = "no TLS there";

/// Asks; holds no connection, memory or timer while nothing is under way.
class client {
public:
  client(boost::asio::io_context& context, const limits& bounds);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// Any status is an answer. `unavailable`: no connection, or it broke, or TLS failed (`no_tls`
  /// stands first when nobody there speaks it); `timeout`; `exhausted`: too large, too many
  /// redirects or too many calls; `invalid_input`: no url. Texts name no secret.
  boost::asio::awaitable<result<answer>> ask(question what);

  /// Ends what is under way: `unavailable`. Nothing can be asked any more.
  void close();

private:
  class driver;
  std::shared_ptr<driver> driver_;
};

} // namespace copal::curl
