// SPDX-License-Identifier: MIT
#include "../../src/SignalBox/doctor/preload/patch.h"

#include <QtTest/qtest.h>

#include <array>
#include <cstring>
#include <memory>

// Functions that begin as compilers let them, and ones that begin in ways that must not be moved.
extern "C" {
int signalbox_begins_with_saves(int number);
int signalbox_begins_with_frame(int number);
int signalbox_begins_with_memory(int number);
int signalbox_begins_with_number(int number);
int signalbox_begins_with_relative_address(int number);
int signalbox_begins_with_jump(int number);
}
__asm__(R"(
    .text
    .type signalbox_begins_with_saves, @function
    .globl signalbox_begins_with_saves
signalbox_begins_with_saves:
    endbr64
    push %r12
    push %rbx
    mov %edi, %ebx
    sub $8, %rsp
    lea 1(%rbx), %eax
    add $8, %rsp
    pop %rbx
    pop %r12
    ret
    .size signalbox_begins_with_saves, .-signalbox_begins_with_saves
    .type signalbox_begins_with_frame, @function
    .globl signalbox_begins_with_frame
signalbox_begins_with_frame:
    push %rbp
    mov %rsp, %rbp
    and $-64, %rsp
    sub $1024, %rsp
    lea 2(%rdi), %eax
    leave
    ret
    .size signalbox_begins_with_frame, .-signalbox_begins_with_frame
    .type signalbox_begins_with_memory, @function
    .globl signalbox_begins_with_memory
signalbox_begins_with_memory:
    mov %fs:0x28, %rax
    mov %rax, -8(%rsp)
    lea 3(%rdi), %eax
    ret
    .size signalbox_begins_with_memory, .-signalbox_begins_with_memory
    .type signalbox_begins_with_number, @function
    .globl signalbox_begins_with_number
signalbox_begins_with_number:
    mov $4, %eax
    add %edi, %eax
    ret
    .size signalbox_begins_with_number, .-signalbox_begins_with_number
    .type signalbox_begins_with_relative_address, @function
    .globl signalbox_begins_with_relative_address
signalbox_begins_with_relative_address:
    push %rbx
    lea signalbox_begins_with_jump(%rip), %rbx
    lea 5(%rdi), %eax
    pop %rbx
    ret
    .size signalbox_begins_with_relative_address, .-signalbox_begins_with_relative_address
    .type signalbox_begins_with_jump, @function
    .globl signalbox_begins_with_jump
signalbox_begins_with_jump:
    test %edi, %edi
    je 1f
    lea 6(%rdi), %eax
    ret
1:  xor %eax, %eax
    ret
    .size signalbox_begins_with_jump, .-signalbox_begins_with_jump
)");

namespace {

using Function = int (*)(int);
Function original = nullptr;

int replacement(int number)
{
    return -original(number);
}

struct Base
{
    virtual ~Base() = default;
    virtual int first() { return 1; }
    virtual int second() { return 2; }
};

int otherSecond(Base *)
{
    return 20;
}

} // namespace

// That functions are redirected where that is safe, and left as they are where it is not.
class tst_DoctorPatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void redirectedFunctionCanStillBeCalled_data();
    void redirectedFunctionCanStillBeCalled();
    void functionThatCannotBeMovedStaysAsItIs_data();
    void functionThatCannotBeMovedStaysAsItIs();
    void virtualFunctionIsReplaced();
};

void tst_DoctorPatch::redirectedFunctionCanStillBeCalled_data()
{
    QTest::addColumn<Function>("function");
    QTest::addColumn<int>("more");
    QTest::newRow("saves") << &signalbox_begins_with_saves << 1;
    QTest::newRow("frame") << &signalbox_begins_with_frame << 2;
    QTest::newRow("memory") << &signalbox_begins_with_memory << 3;
    QTest::newRow("number") << &signalbox_begins_with_number << 4;
}

void tst_DoctorPatch::redirectedFunctionCanStillBeCalled()
{
    QFETCH(Function, function);
    QFETCH(int, more);
    QCOMPARE(function(10), 10 + more);
    QVERIFY(SignalBox::Doctor::redirect(reinterpret_cast<void *>(function), reinterpret_cast<void *>(&replacement),
                                        reinterpret_cast<void **>(&original)));
    QCOMPARE(function(10), -(10 + more));
    QCOMPARE(original(10), 10 + more);
}

void tst_DoctorPatch::functionThatCannotBeMovedStaysAsItIs_data()
{
    QTest::addColumn<Function>("function");
    QTest::newRow("relative address") << &signalbox_begins_with_relative_address;
    QTest::newRow("jump") << &signalbox_begins_with_jump;
}

void tst_DoctorPatch::functionThatCannotBeMovedStaysAsItIs()
{
    QFETCH(Function, function);
    std::array<unsigned char, 16> before{};
    std::memcpy(before.data(), reinterpret_cast<void *>(function), before.size());
    void *kept = &before;
    QVERIFY(!SignalBox::Doctor::redirect(reinterpret_cast<void *>(function), reinterpret_cast<void *>(&replacement), &kept));
    QCOMPARE(kept, static_cast<void *>(&before));
    QCOMPARE(std::memcmp(before.data(), reinterpret_cast<void *>(function), before.size()), 0);
}

void tst_DoctorPatch::virtualFunctionIsReplaced()
{
    const auto object = std::make_unique<Base>();
    void **const table = *reinterpret_cast<void ***>(object.get());
    // Behind both destructors and first().
    QVERIFY(SignalBox::Doctor::replaceVirtual(table, table[3], reinterpret_cast<void *>(&otherSecond)));
    Base *volatile other = object.get(); // so that nobody knows its class
    QCOMPARE(other->second(), 20);
    QCOMPARE(other->first(), 1);
}

QTEST_GUILESS_MAIN(tst_DoctorPatch)
#include "tst_doctorpatch.moc"
