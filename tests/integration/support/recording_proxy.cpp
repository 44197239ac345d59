#include "tests/integration/support/recording_proxy.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace copal::test {

namespace {

constexpr std::size_t id_length = 64;

/// The value of a header of a request's head; empty when it has none.
std::string header(std::string_view head, std::string_view name) {
  std::string lower{head};
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  const auto at = lower.find("\r\n" + std::string{name} + ':');
  if (at == std::string::npos)
    return {};
  const auto begin = lower.find_first_not_of(' ', at + name.size() + 3);
  return lower.substr(begin, lower.find("\r\n", begin) - begin);
}

/// Takes one whole request from the front of what was read.
std::optional<seen_call> take_request(std::string& unread) {
  const auto end = unread.find("\r\n\r\n");
  if (end == std::string::npos)
    return std::nullopt;
  const auto head = unread.substr(0, end + 2);
  const auto length = header(head, "content-length");
  const auto body_size = length.empty() ? 0 : std::stoul(length);
  if (unread.size() < end + 4 + body_size)
    return std::nullopt;
  seen_call out;
  const auto method_end = head.find(' ');
  const auto target_end = head.find(' ', method_end + 1);
  out.method = head.substr(0, method_end);
  out.target = head.substr(method_end + 1, target_end - method_end - 1);
  if (out.target.starts_with("/v1."))
    out.target.erase(0, out.target.find('/', 1));
  out.body = unread.substr(end + 4, body_size);
  unread.erase(0, end + 4 + body_size);
  return out;
}

/// What a call creates: a container's or a network's name; empty for other calls.
std::string created_by(const seen_call& call) {
  constexpr std::string_view containers = "/containers/create?name=";
  if (call.target.starts_with(containers))
    return call.target.substr(containers.size());
  if (call.target == "/networks/create")
    return nlohmann::json::parse(call.body).value("Name", "");
  return {};
}

} // namespace

struct recording_proxy::pipe {
  descriptor client;
  descriptor engine;
  std::string to_engine; ///< Read, not yet passed on.
  std::string to_client;
  std::string request; ///< Of the request that is being read.
  std::string answer;  ///< Of the answer to a creation, until its id is known.
  std::string creates;
};

recording_proxy::recording_proxy(const std::string& listen_at, std::string engine)
  : engine_(std::move(engine)),
    door_(listen_on(listen_at)) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("pipe2 failed");
  bell_read_ = descriptor{ends[0]};
  bell_ = descriptor{ends[1]};
  thread_ = std::thread{[this] { run(); }};
}

recording_proxy::~recording_proxy() {
  bell_ = {}; // rings
  thread_.join();
}

std::size_t recording_proxy::count() {
  const std::lock_guard lock{guard_};
  return calls_.size();
}

std::vector<seen_call> recording_proxy::calls(std::size_t from) {
  const std::lock_guard lock{guard_};
  return {
    calls_.begin() + static_cast<std::ptrdiff_t>(std::min(from, calls_.size())), calls_.end()};
}

std::map<std::string, std::string> recording_proxy::names() {
  const std::lock_guard lock{guard_};
  return names_;
}

std::vector<pollfd> recording_proxy::what_to_wait_for() const {
  std::vector<pollfd> out{{bell_read_.get(), POLLIN, 0}, {door_.get(), POLLIN, 0}};
  // A side is read when the other has taken all: who does not read slows the other down.
  const auto wants = [](const std::string& in, const std::string& from) {
    return static_cast<short>((in.empty() ? POLLIN : 0) | (from.empty() ? 0 : POLLOUT));
  };
  for (const auto& p : pipes_) {
    out.push_back({p.client.get(), wants(p.to_engine, p.to_client), 0});
    out.push_back({p.engine.get(), wants(p.to_client, p.to_engine), 0});
  }
  return out;
}

void recording_proxy::run() {
  for (;;) {
    auto ready = what_to_wait_for();
    if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR)
      return;
    if (ready[0].revents != 0)
      return;
    std::size_t at = 2;
    for (auto p = pipes_.begin(); p != pipes_.end(); at += 2) {
      auto goes_on = true;
      if (ready[at].revents != 0)
        goes_on = pass(*p, true);
      if (goes_on && ready[at + 1].revents != 0)
        goes_on = pass(*p, false);
      p = goes_on ? std::next(p) : pipes_.erase(p);
    }
    if (ready[1].revents != 0)
      accept();
  }
}

void recording_proxy::accept() {
  pipe p;
  p.client = descriptor{::accept4(door_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  p.engine = connect_to(engine_);
  if (!p.client || !p.engine)
    return; // closed: the engine is away
  ::fcntl(p.engine.get(), F_SETFL, O_NONBLOCK);
  pipes_.push_back(std::move(p));
}

/// Moves what one side can give or take. False when it has ended.
bool recording_proxy::pass(pipe& p, bool up) {
  const auto side = up ? p.client.get() : p.engine.get();
  auto& in = up ? p.to_engine : p.to_client;
  auto& out = up ? p.to_client : p.to_engine;
  if (!out.empty()) {
    const auto n = ::send(side, out.data(), out.size(), MSG_NOSIGNAL);
    if (n > 0)
      out.erase(0, static_cast<std::size_t>(n));
    else if (errno != EAGAIN)
      return false;
  }
  if (!in.empty())
    return true;
  char piece[64 * 1024];
  const auto n = ::read(side, piece, sizeof piece);
  if (n < 0)
    return errno == EAGAIN;
  if (n == 0)
    return false;
  in.assign(piece, static_cast<std::size_t>(n));
  if (up)
    note_request(p, in);
  else
    note_answer(p, in);
  return true;
}

void recording_proxy::note_request(pipe& p, std::string_view bytes) {
  p.request += bytes;
  while (auto call = take_request(p.request)) {
    p.creates = created_by(*call);
    p.answer.clear();
    const std::lock_guard lock{guard_};
    calls_.push_back(std::move(*call));
  }
}

void recording_proxy::note_answer(pipe& p, std::string_view bytes) {
  if (p.creates.empty())
    return;
  constexpr std::string_view mark = R"("Id":")";
  p.answer += bytes;
  const auto at = p.answer.find(mark);
  if (at == std::string::npos || p.answer.size() < at + mark.size() + id_length)
    return;
  const std::lock_guard lock{guard_};
  names_[p.answer.substr(at + mark.size(), id_length)] = std::exchange(p.creates, {});
}

} // namespace copal::test
