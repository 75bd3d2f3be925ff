#include "cli/ssh/ssh_worker.h"

#include <sys/eventfd.h>

#include <map>
#include <utility>

#include "cli/ssh/ssh_client.h"

namespace arrouter::ssh {
namespace {

constexpr int idle_wait_ms = 1000, window_wait_ms = 50;

}  // namespace

/// What belongs to the thread.
struct SshWorker::Loop {
  Owned<ssh_event> event{ssh_event_new()};
  std::map<ConnectionId, std::unique_ptr<Client>> clients;
};

SshWorker::SshWorker(Desk& desk, Reactor& reactor)
    : desk_(desk), reactor_(reactor), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), thread_([this] { run(); }) {}

SshWorker::~SshWorker() {
  stopping_ = true;
  hand_over({});
  thread_.join();
}

void SshWorker::run() {
  Loop loop;
  add_wake_up(loop.event.get(), wake_.get());
  while (!stopping_) {
    std::vector<std::function<void(Loop&)>> actions;
    {
      const std::lock_guard lock(mutex_);
      actions.swap(handed_over_);
    }
    for (const auto& action : actions) {
      if (action) action(loop);
    }
    bool waiting = false;
    for (auto client = loop.clients.begin(); client != loop.clients.end();) {
      client->second->pump();
      waiting = waiting || client->second->waiting();
      if (client->second->over()) {
        tell([id = client->first](Desk& desk) { desk.gone(id); });
        client = loop.clients.erase(client);
      } else {
        ++client;
      }
    }
    ssh_event_dopoll(loop.event.get(), has_work() ? 0 : waiting ? window_wait_ms : idle_wait_ms);
  }
  loop.clients.clear();
}

// A client's pump may have polled, and so have taken the wake-up, since the actions were fetched.
bool SshWorker::has_work() {
  const std::lock_guard lock(mutex_);
  return !handed_over_.empty();
}

void SshWorker::hand_over(std::function<void(Loop&)> action) {
  {
    const std::lock_guard lock(mutex_);
    handed_over_.push_back(std::move(action));
  }
  wake_up(wake_.get());
}

void SshWorker::tell(std::function<void(Desk&)> action) {
  reactor_.post([this, action = std::move(action), alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) action(desk_);
  });
}

void SshWorker::add(ConnectionId id, Descriptor socket, ServerOptions options) {
  // A function object has to be copyable, a descriptor is not.
  const auto shared = std::make_shared<Descriptor>(std::move(socket));
  hand_over([this, id, shared, options = std::move(options)](Loop& loop) {
    ClientEvents events{
        .asked = [this, id](Credentials credentials) { tell([=](Desk& desk) { desk.asked(id, credentials); }); },
        .opened = [this, id](Request request) { tell([=](Desk& desk) { desk.opened(id, request); }); },
        .received = [this, id](std::string bytes) { tell([=](Desk& desk) { desk.received(id, bytes); }); },
        .ended_input = [this, id] { tell([=](Desk& desk) { desk.ended_input(id); }); },
    };
    loop.clients.emplace(id,
                         std::make_unique<Client>(loop.event.get(), std::move(*shared), options, std::move(events)));
  });
}

void SshWorker::answer(ConnectionId id, unsigned attempt, bool good) {
  hand_over([id, attempt, good](Loop& loop) {
    if (const auto client = loop.clients.find(id); client != loop.clients.end()) client->second->answer(attempt, good);
  });
}

void SshWorker::send(ConnectionId id, std::string bytes) {
  hand_over([id, bytes = std::move(bytes)](Loop& loop) {
    if (const auto client = loop.clients.find(id); client != loop.clients.end()) client->second->send(bytes);
  });
}

void SshWorker::finish(ConnectionId id, int exit_status) {
  hand_over([id, exit_status](Loop& loop) {
    if (const auto client = loop.clients.find(id); client != loop.clients.end()) client->second->finish(exit_status);
  });
}

void SshWorker::drop(ConnectionId id) {
  hand_over([this, id](Loop& loop) {
    if (loop.clients.erase(id) != 0) tell([id](Desk& desk) { desk.gone(id); });
  });
}

}  // namespace arrouter::ssh
