#include "tests/adapters/web/web_bench.hpp"

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace copal::test {

namespace {

constexpr time_t patience = 10;

} // namespace

std::string client_answer::header(const std::string& name) const {
  const auto at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos)
    return {};
  const auto from = at + name.size() + 4;
  return head.substr(from, head.find("\r\n", from) - from);
}

raw_client::raw_client(const std::string& address)
  : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto colon = address.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  const timeval limit{patience, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  // Small, so that a server's write is held up soon when nobody reads.
  const int window = 16 * 1024;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error("cannot connect to " + address);
}

raw_client::~raw_client() {
  if (fd_ >= 0)
    ::close(fd_);
}

raw_client::raw_client(raw_client&& other) noexcept
  : fd_(std::exchange(other.fd_, -1)),
    ahead_(std::move(other.ahead_)) {}

bool raw_client::send(const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto n = ::send(fd_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

client_answer raw_client::read(bool bodiless) {
  const auto more = [this] {
    std::array<char, 16384> bytes{};
    const auto n = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (n > 0)
      ahead_.append(bytes.data(), static_cast<std::size_t>(n));
    return n > 0;
  };
  client_answer out;
  auto end = ahead_.find("\r\n\r\n");
  for (; end == std::string::npos; end = ahead_.find("\r\n\r\n")) {
    if (!more())
      return out;
  }
  out.head = ahead_.substr(0, end + 2);
  ahead_.erase(0, end + 4);
  const auto length = out.header("Content-Length");
  const std::size_t size = length.empty() || bodiless ? 0 : std::stoul(length);
  while (ahead_.size() < size) {
    if (!more())
      return {};
  }
  out.body = ahead_.substr(0, size);
  ahead_.erase(0, size);
  out.status = std::stoi(out.head.substr(9, 3));
  return out;
}

bool raw_client::ended() {
  std::array<char, 16384> bytes{};
  for (;;) {
    const auto n = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (n == 0)
      return true;
    if (n < 0)
      return errno == ECONNRESET;
  }
}

web_bench::web_bench(script how, web::limits limits) {
  notes_->how = std::move(how);
  api_ = system_.spawn([this, all = notes_](api_actor::pointer self) -> api_actor::behavior_type {
    return {
      [](const progress&) {},
      [](const health&) {},
      [](const keys::key_ring&) {},
      [this, self, all](const api::request& what) -> caf::result<api::reply> {
        script how_now;
        {
          const std::lock_guard lock{all->guard};
          all->asked.push_back(what);
          how_now = all->how;
        }
        if (!answers)
          return self->make_response_promise<api::reply>(); // and never kept
        return how_now(what);
      },
    };
  });
  edge = spawn_web(*loop_, {{{"127.0.0.1", 0}}, limits}, api_);
  loop_->start();
  caf::anon_send(edge, wake_up{});
  caf::scoped_actor self{system_};
  self->request(edge, std::chrono::seconds{10}, api::get_listening{})
    .receive([this](const api::listening& x) { address = x.addresses.at(0); },
      [](const caf::error& e) { throw std::runtime_error(caf::to_string(e)); });
}

web_bench::~web_bench() {
  {
    caf::scoped_actor self{system_};
    for (const auto& one : {caf::actor_cast<caf::actor>(edge), caf::actor_cast<caf::actor>(api_)}) {
      self->send_exit(one, caf::exit_reason::user_shutdown);
      self->wait_for(one);
    }
  }
  edge = nullptr;
  api_ = nullptr;
  system_.await_all_actors_done(); // before the loop that they ran on ends
  loop_.reset();
}

std::vector<api::request> web_bench::asked() const {
  const std::lock_guard lock{notes_->guard};
  return notes_->asked;
}

void web_bench::change(const api::edition& now) {
  caf::anon_send(edge, api::changed{now});
  // Answered after it was taken.
  caf::scoped_actor self{system_};
  self->request(edge, std::chrono::seconds{10}, probe{})
    .receive([](const alive&) {},
      [](const caf::error& e) { throw std::runtime_error(caf::to_string(e)); });
}

std::string get(const std::string& path, const std::string& headers) {
  return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
}

} // namespace copal::test
