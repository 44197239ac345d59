#include "adapters/http/client.hpp"

#include "adapters/http/connection.hpp"
#include "adapters/http/lines.hpp"

#include <algorithm>
#include <array>

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace copal::http {

namespace {

using boost::asio::awaitable;
using wire_request = beast::http::request<beast::http::string_body>;

wire_request to_wire(request what, const std::string& host) {
  wire_request out;
  out.version(11);
  out.method_string(what.method);
  out.target(what.target);
  out.set(beast::http::field::host, host);
  out.set(beast::http::field::user_agent, "copal");
  for (const auto& [name, value] : what.headers)
    out.set(name, value);
  if (!what.body.empty())
    out.set(beast::http::field::content_type, "application/json");
  out.body() = std::move(what.body);
  // Also an empty POST says so: some servers wait for its body otherwise.
  if (what.method != "GET" && what.method != "HEAD")
    out.prepare_payload();
  return out;
}

/// Writes the request. The error of a write is not final: the answer may have come before.
awaitable<boost::system::error_code> send(connection& on, wire_request& what) {
  boost::system::error_code ec;
  co_await beast::http::async_write(on.socket(), what, awaiting(ec));
  co_return ec;
}

template <class Parser>
void bound(Parser& parser, const limits& bounds) {
  parser.header_limit(static_cast<std::uint32_t>(bounds.header_bytes));
  parser.body_limit(bounds.body_bytes);
}

} // namespace

awaitable<result<answer>> client::call(request what, std::chrono::milliseconds within) {
  const auto core = core_; // outlives the client while a call ends
  const auto deadline = clock::now() + within;
  auto place = co_await core->admit(deadline);
  if (!place)
    co_return fail(std::move(place.error()));
  auto on = co_await core->connect(deadline);
  if (!on)
    co_return fail(std::move(on.error()));
  auto& line = **on;
  auto wire = to_wire(std::move(what), core->host());
  beast::http::response_parser<beast::http::string_body> parser;
  bound(parser, core->bounds());
  line.socket().expires_at(deadline);
  auto ec = co_await send(line, wire);
  if (!ec)
    co_await beast::http::async_read(line.socket(), line.buffer(), parser, awaiting(ec));
  if (ec) {
    core->broke();
    co_return fail(to_error(ec, core->server()));
  }
  const bool again = parser.get().keep_alive() && line.buffer().size() == 0;
  answer out{parser.get().result_int(), std::move(parser.get().body())};
  if (again)
    core->keep(std::move(*on));
  co_return out;
}

/// The receiving end of a stream.
class line_stream::body {
public:
  body(std::shared_ptr<client_core> core, stream_place place, std::unique_ptr<connection> on)
    : core_(std::move(core)),
      place_(std::move(place)),
      on_(std::move(on)),
      splitter_(core_->bounds().line_bytes) {
    parser_.header_limit(static_cast<std::uint32_t>(core_->bounds().header_bytes));
    parser_.body_limit(boost::none);
  }

  [[nodiscard]] connection& on() { return *on_; }

  awaitable<boost::system::error_code> read_header() {
    boost::system::error_code ec;
    co_await beast::http::async_read_header(on_->socket(), on_->buffer(), parser_, awaiting(ec));
    co_return ec;
  }

  [[nodiscard]] unsigned status() const { return parser_.get().result_int(); }

  /// The next piece of the body: empty at its end.
  awaitable<result<std::string>> read_piece() {
    while (!parser_.is_done()) {
      auto& into = parser_.get().body();
      into.data = piece_.data();
      into.size = piece_.size();
      into.more = true;
      boost::system::error_code ec;
      co_await beast::http::async_read_some(on_->socket(), on_->buffer(), parser_, awaiting(ec));
      std::string out{piece_.data(), piece_.size() - into.size};
      if (ec == beast::http::error::need_buffer)
        ec = {};
      if (ec && out.empty()) {
        core_->broke();
        co_return fail(to_error(ec, core_->server()));
      }
      if (!out.empty()) // an error beside bytes comes again at the next read
        co_return out;
    }
    co_return std::string{};
  }

  awaitable<result<lines>> read_lines(std::chrono::milliseconds idle) {
    for (;;) {
      if (idle.count() > 0)
        on_->socket().expires_after(idle);
      else
        on_->socket().expires_never();
      auto piece = co_await read_piece();
      if (!piece)
        co_return fail(std::move(piece.error()));
      lines out;
      if (piece->empty()) {
        out.ended = true;
        if (!splitter_.rest().empty())
          out.items.push_back(splitter_.rest());
        co_return out;
      }
      auto whole = splitter_.take(*piece);
      if (!whole)
        co_return fail(std::move(whole.error()));
      if (whole->empty())
        continue;
      out.items = std::move(*whole);
      co_return out;
    }
  }

private:
  std::shared_ptr<client_core> core_;
  stream_place place_;
  std::unique_ptr<connection> on_;
  beast::http::response_parser<beast::http::buffer_body> parser_;
  std::array<char, 16UL * 1024> piece_{};
  line_splitter splitter_;
};

line_stream::line_stream(std::unique_ptr<body> x) : body_(std::move(x)) {}

line_stream::~line_stream() = default;

awaitable<result<line_stream::lines>> line_stream::read(std::chrono::milliseconds idle) {
  return body_->read_lines(idle);
}

void line_stream::close() {
  body_->on().close();
}

awaitable<result<opened>> client::open(request what, std::chrono::milliseconds within) {
  const auto core = core_;
  const auto deadline = clock::now() + within;
  auto place = core->admit_stream();
  if (!place)
    co_return fail(std::move(place.error()));
  auto on = co_await core->connect(deadline);
  if (!on)
    co_return fail(std::move(on.error()));
  auto wire = to_wire(std::move(what), core->host());
  auto body = std::make_unique<line_stream::body>(core, std::move(*place), std::move(*on));
  body->on().socket().expires_at(deadline);
  auto ec = co_await send(body->on(), wire);
  if (!ec)
    ec = co_await body->read_header();
  if (ec) {
    core->broke();
    co_return fail(to_error(ec, core->server()));
  }
  opened out;
  if (body->status() == static_cast<unsigned>(beast::http::status::ok)) {
    out.stream = std::make_shared<line_stream>(std::move(body));
    co_return out;
  }
  constexpr std::size_t longest_refusal = 64UL * 1024;
  out.refusal.status = body->status();
  while (out.refusal.body.size() < longest_refusal) {
    auto piece = co_await body->read_piece();
    if (!piece)
      co_return fail(std::move(piece.error()));
    if (piece->empty())
      break;
    out.refusal.body += *piece;
  }
  co_return out;
}

client::client(boost::asio::any_io_executor executor, address server, limits bounds)
  : core_(std::make_shared<client_core>(std::move(executor), std::move(server), bounds)) {}

client::~client() {
  close();
}

std::uint64_t client::era() {
  return core_->era();
}

void client::close() {
  core_->close();
}

} // namespace copal::http
