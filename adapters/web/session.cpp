// One connection: a request after the other, each answered before the next is read.

#include "adapters/web/request.hpp"
#include "adapters/web/server.hpp"

#include <array>
#include <optional>
#include <utility>

#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace copal::web {

namespace {

namespace http = beast::http;
using asio::awaitable;
using request_parser = http::request_parser<http::string_body>;

constexpr std::size_t first_read = 4096;
/// What a caller may still send after the last answer; beyond it the connection is cut.
constexpr std::size_t most_dropped = 1024UL * 1024;

/// It takes longer than a question may.
constexpr int work_goes_on = 102;

/// What happens to the connection after an answer.
enum class after : std::uint8_t {
  go_on,
  close,
  linger, ///< Closed too, but what the caller is still sending is read first: else it would see a
          ///< broken connection instead of the answer.
};

std::string_view text(beast::string_view x) {
  return {x.data(), x.size()};
}

std::string_view header(const request_parser& parser, http::field name) {
  const auto it = parser.get().find(name);
  return it == parser.get().end() ? std::string_view{} : text(it->value());
}

bool is_get(const request_parser& parser) {
  return parser.get().method() == http::verb::get || parser.get().method() == http::verb::head;
}

/// The header promises a body.
bool has_body(const request_parser& parser) {
  const auto length = parser.content_length();
  return parser.chunked() || (length && *length > 0);
}

bool asks_first(const request_parser& parser) {
  return beast::iequals(parser.get()[http::field::expect], "100-continue");
}

std::string_view connection_line(const request_parser& parser, after then) {
  if (then != after::go_on)
    return "Connection: close\r\n\r\n";
  return parser.get().version() == 10 ? "Connection: keep-alive\r\n\r\n" : "\r\n";
}

/// Writes an answer. False: the connection is of no more use.
awaitable<bool> write(connection& on, std::string_view line, const answer& what, bool with_body) {
  const std::array<asio::const_buffer, 3> bytes{asio::buffer(what.head),
    asio::buffer(line.data(), line.size()),
    asio::buffer(what.body.data(), with_body ? what.body.size() : 0)};
  on.allow(on.of().bounds().write);
  boost::system::error_code ec;
  co_await asio::async_write(on.socket(), bytes, awaiting(ec));
  co_return !ec;
}

/// Answers a request that was understood. The same copy again is not sent.
awaitable<after> reply(
  connection& on, const request_parser& parser, std::shared_ptr<const answer> what, after then) {
  if (then == after::go_on && !parser.get().keep_alive())
    then = after::close;
  const freshness said{
    header(parser, http::field::if_none_match), header(parser, http::field::cache_control)};
  if (is_get(parser) && what->status == 200 && is_fresh(said, what->etag))
    what = std::make_shared<const answer>(not_modified(*what));
  const auto with_body = parser.get().method() != http::verb::head;
  const auto line = connection_line(parser, then);
  const auto written = co_await write(on, line, *what, with_body);
  co_return written ? then : after::close;
}

awaitable<after> reply(connection& on, const request_parser& parser, answer what, after then) {
  auto shared = std::make_shared<const answer>(std::move(what));
  co_return co_await reply(on, parser, std::move(shared), then);
}

/// Answers what was not understood, and ends.
awaitable<after> refuse(connection& on, int status) {
  const auto what = refusal(status);
  const auto written = co_await write(on, "Connection: close\r\n\r\n", what, true);
  co_return written ? after::linger : after::close;
}

/// The answer to a header that could not be read; nothing: the caller has gone.
std::optional<int> status_of(connection& on, const boost::system::error_code& ec) {
  if (on.was_late())
    return 408;
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
    return 431;
  // Errors of the parser; those of the socket, and its end, need no answer.
  if (ec.category() == http::make_error_code(http::error::bad_method).category()
      && ec != http::error::end_of_stream && ec != http::error::partial_message)
    return 400;
  return std::nullopt;
}

/// Waits for the first bytes of a request. False: there is none.
awaitable<bool> wait_for_request(connection& on) {
  if (on.buffer().size() > 0)
    co_return true;
  on.set_idle(true);
  on.allow(on.of().bounds().idle);
  boost::system::error_code ec;
  const auto n =
    co_await on.socket().async_read_some(on.buffer().prepare(first_read), awaiting(ec));
  on.set_idle(false);
  if (ec)
    co_return false;
  on.buffer().commit(n);
  co_return true;
}

api::request to_question(
  const connection& on, const request_parser& parser, request_target target) {
  api::request out;
  out.method = std::string{text(parser.get().method_string())};
  out.path = std::string{target.path};
  out.key = take_key(target.query, header(parser, http::field::authorization));
  out.query = std::move(target.query);
  out.peer = on.peer();
  return out;
}

/// Why a body was not read to its end.
struct body_end {
  std::string problem; ///< Empty: it was read.
  bool gone = false;   ///< The caller has gone, or was too slow.
};

awaitable<body_end> read_whole_body(connection& on, request_parser& parser, body_share& share) {
  const auto length = parser.content_length();
  if (length && *length > on.of().bounds().body_bytes)
    co_return body_end{"request entity too large"};
  if (length && !share.grow_to(*length))
    co_return body_end{"too many request bodies at a time; try again"};
  on.allow(on.of().bounds().body);
  while (!parser.is_done()) {
    boost::system::error_code ec;
    co_await http::async_read_some(on.socket(), on.buffer(), parser, awaiting(ec));
    if (ec)
      co_return body_end{"the body ended early, or came too slowly", true};
    if (parser.get().body().size() > on.of().bounds().body_bytes)
      co_return body_end{"request entity too large"};
    if (!share.grow_to(parser.get().body().size()))
      co_return body_end{"too many request bodies at a time; try again"};
  }
  co_return body_end{};
}

/// Asks, and keeps the answer when it may be kept.
awaitable<std::shared_ptr<const answer>> ask(connection& on, api::request what, bool may_keep) {
  auto path = what.path;
  auto key = what.key;
  auto got = co_await on.of().ask(std::move(what));
  while (got && got->status == work_goes_on) {
    api::request again;
    again.ticket = got->ticket;
    got = co_await on.of().ask(std::move(again));
  }
  (void)on.was_late(); // Nothing was awaited on the socket.
  if (!got)
    co_return std::make_shared<const answer>(failure(got.error().what));
  auto written = std::make_shared<const answer>(write_reply(*got));
  if (may_keep && got->same_until_changed)
    on.of().kept().keep(std::move(path), std::move(key), *got->same_until_changed, written);
  co_return written;
}

/// Whether the body may come: nothing, or the answer that it may not.
awaitable<std::optional<answer>> ask_for_leave(
  connection& on, const request_parser& parser, api::request what) {
  const auto length = parser.content_length();
  const auto small = length && *length <= on.of().bounds().small_body;
  if (small && !asks_first(parser))
    co_return std::nullopt;
  what.body_waits = true;
  const auto got = co_await on.of().ask(std::move(what));
  if (!got)
    co_return failure(got.error().what);
  if (got->status != 100)
    co_return write_reply(*got);
  if (asks_first(parser)) {
    answer go_on;
    go_on.head = "HTTP/1.1 100 Continue\r\n";
    if (!co_await write(on, "\r\n", go_on, false))
      co_return failure("the caller has gone");
  }
  co_return std::nullopt;
}

awaitable<after> serve_with_body(connection& on, request_parser& parser, api::request what) {
  auto copy = what;
  auto refused = co_await ask_for_leave(on, parser, std::move(copy));
  if (on.of().closed())
    co_return after::close;
  if (refused)
    co_return co_await reply(on, parser, std::move(*refused), after::linger);
  body_share share{on.of()};
  const auto end = co_await read_whole_body(on, parser, share);
  if (end.gone || on.of().closed())
    co_return after::close;
  body_text body{header(parser, http::field::content_type),
    header(parser, http::field::content_encoding),
    parser.get().body()};
  if (end.problem.empty()) {
    auto meaning = read_body(body);
    what.body = std::move(meaning.body);
    what.body_problem = std::move(meaning.problem);
  } else {
    what.body_problem = end.problem;
  }
  const auto then = end.problem.empty() ? after::go_on : after::linger;
  auto got = co_await ask(on, std::move(what), false);
  co_return co_await reply(on, parser, std::move(got), then);
}

awaitable<after> serve_without_body(connection& on, request_parser& parser, api::request what) {
  const auto may_keep = is_get(parser) && what.query.empty();
  auto got = may_keep ? on.of().kept().find(what.path, what.key) : nullptr;
  if (!got)
    got = co_await ask(on, std::move(what), may_keep);
  if (on.of().closed())
    co_return after::close;
  co_return co_await reply(on, parser, std::move(got), after::go_on);
}

/// Reads one request and answers it.
awaitable<after> serve_one(connection& on) {
  if (!co_await wait_for_request(on))
    co_return after::close;
  request_parser parser;
  parser.header_limit(static_cast<std::uint32_t>(on.of().bounds().header_bytes));
  parser.body_limit(boost::none); // A body that is too large is told so after its sender is known.
  on.allow(on.of().bounds().header);
  boost::system::error_code ec;
  co_await http::async_read_header(on.socket(), on.buffer(), parser, awaiting(ec));
  if (on.of().closed())
    co_return after::close;
  if (ec) {
    const auto status = status_of(on, ec);
    co_return status ? co_await refuse(on, *status) : after::close;
  }
  if (parser.get().version() == 11 && header(parser, http::field::host).empty())
    co_return co_await refuse(on, 400);
  if (!header(parser, http::field::expect).empty() && !asks_first(parser))
    co_return co_await refuse(on, 417);
  auto what = to_question(on, parser, read_target(text(parser.get().target())));
  if (has_body(parser))
    co_return co_await serve_with_body(on, parser, std::move(what));
  co_return co_await serve_without_body(on, parser, std::move(what));
}

/// Reads and drops what the caller is still sending, for a while.
awaitable<void> drop_the_rest(connection& on) {
  boost::system::error_code ec;
  on.socket().shutdown(tcp::socket::shutdown_send, ec);
  on.allow(on.of().bounds().linger);
  std::array<char, first_read> bytes{};
  std::size_t dropped = 0;
  while (!ec && dropped < most_dropped)
    dropped += co_await on.socket().async_read_some(asio::buffer(bytes), awaiting(ec));
}

} // namespace

awaitable<void> serve(std::unique_ptr<connection> on) {
  auto then = after::go_on;
  while (then == after::go_on && !on->of().closed()) {
    then = co_await serve_one(*on);
    if (on->buffer().size() == 0 && on->buffer().capacity() > 2 * first_read)
      on->buffer().shrink_to_fit(); // A large body has passed.
  }
  if (then == after::linger && !on->of().closed())
    co_await drop_the_rest(*on);
}

} // namespace copal::web
