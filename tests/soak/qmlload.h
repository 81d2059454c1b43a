// SPDX-License-Identifier: MIT
#pragma once

#include "counts.h"

#include <QtCore/qobject.h>

#include <memory>

QT_BEGIN_NAMESPACE
class QQmlComponent;
class QQmlEngine;
QT_END_NAMESPACE

namespace SignalBox {
class QmlRegistry;
}

// An engine with a registry and a handler that stay as long as it does, and pages with handlers that come and go. Now and
// then the engine goes, and another comes.
class QmlLoad : public QObject
{
    Q_OBJECT

public:
    QmlLoad();
    ~QmlLoad() override;

    // By the main thread.
    void step();
    // By the main thread, when posts to the registry have been delivered.
    void check();
    // By any thread.
    void post();

    Q_INVOKABLE void count()
    {
        ++m_calls;
        ++counts.scripts;
    }

private:
    void start();
    void end();

    std::unique_ptr<QQmlEngine> m_engine;
    std::unique_ptr<QQmlComponent> m_pageComponent;
    std::unique_ptr<QObject> m_root;
    std::unique_ptr<QObject> m_page;
    SignalBox::QmlRegistry *m_registry = nullptr;
    std::uint64_t m_notifies = 0; // of this engine
    std::uint64_t m_calls = 0; // of the handler that stays
    int m_steps = 0;
};
