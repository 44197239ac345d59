#pragma once

#include "adapters/web/web.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

namespace copal::test {

/// What a client got.
struct client_answer {
  int status = 0; ///< 0: the connection ended first.
  std::string head;
  std::string body;

  /// The text of a header; empty when it is not there. `name` in the case it is sent in.
  [[nodiscard]] std::string header(const std::string& name) const;
};

/// A caller's connection, with plain blocking calls. Each gives up after ten seconds.
class raw_client {
public:
  explicit raw_client(const std::string& address);
  ~raw_client();
  raw_client(raw_client&& other) noexcept;
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  /// False: the other side does not take it.
  bool send(const std::string& bytes);
  /// Reads one answer; `bodiless` for one to `HEAD`.
  client_answer read(bool bodiless = false);
  client_answer ask(const std::string& bytes) { return send(bytes) ? read() : client_answer{}; }
  /// Whether the other side ends the connection; bytes that come before are dropped.
  bool ended();

private:
  int fd_;
  std::string ahead_;
};

/// The edge in front of an `api` that does what a test tells it.
class web_bench {
public:
  using script = std::function<api::reply(const api::request&)>;

  explicit web_bench(script how, web::limits limits = {});
  ~web_bench();
  web_bench(const web_bench&) = delete;
  web_bench& operator=(const web_bench&) = delete;

  [[nodiscard]] raw_client client() const { return raw_client{address}; }
  /// What `api` was asked so far.
  [[nodiscard]] std::vector<api::request> asked() const;
  /// Questions whose `answered` is false hang for ever.
  std::atomic<bool> answers{true};
  void change(const api::edition& now);

  std::string address;

private:
  struct config : caf::actor_system_config {
    config() { add_messages_to(*this); }
  };
  struct notes {
    std::mutex guard;
    std::vector<api::request> asked;
    script how;
  };

  config config_;
  caf::actor_system system_{config_};
  std::unique_ptr<loop> loop_ = std::make_unique<loop>(system_);
  std::shared_ptr<notes> notes_ = std::make_shared<notes>();
  api_actor api_;

public:
  caf::actor_system& system() { return system_; }
  loop& io() { return *loop_; }
  supervised<web_actor> edge;
  [[nodiscard]] const api_actor& api_handle() const { return api_; }
};

/// `GET /x` with what else is given.
std::string get(const std::string& path, const std::string& headers = {});

} // namespace copal::test
